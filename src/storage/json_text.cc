#include "storage/json_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>

#include <fmt/format.h>

namespace millrace::storage {
namespace {

/// The next code point, taken off the front; none where the bytes are no UTF-8.
std::optional<char32_t> next_code_point(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = lead < 0x80            ? 1
                             : lead >> 5 == 0b110   ? 2
                             : lead >> 4 == 0b1110  ? 3
                             : lead >> 3 == 0b11110 ? 4
                                                    : 0;
  if (length == 0 || text.size() < length) return std::nullopt;
  char32_t point = length == 1 ? lead : lead & (0xffU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte >> 6 != 0b10) return std::nullopt;
    point = point << 6 | (byte & 0x3fU);
  }
  constexpr std::array<char32_t, 5> smallest = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = point >= 0xd800 && point <= 0xdfff;
  if (point < smallest[length] || point > 0x10ffff || surrogate) return std::nullopt;
  text.remove_prefix(length);
  return point;
}

std::pair<unsigned, unsigned> surrogates(char32_t point) {
  const unsigned rest = static_cast<unsigned>(point) - 0x10000;
  return {0xd800 + (rest >> 10), 0xdc00 + (rest & 0x3ff)};
}

// String.hashCode, spread as HashMap does it.
std::uint32_t spread_hash(std::string_view text) {
  std::uint32_t hash = 0;
  while (!text.empty()) {
    const std::optional<char32_t> point = next_code_point(text);
    if (!point) break;  // such a text is refused when it is written
    if (*point < 0x10000) {
      hash = hash * 31 + static_cast<std::uint32_t>(*point);
    } else {
      const auto [high, low] = surrogates(*point);
      hash = (hash * 31 + high) * 31 + low;
    }
  }
  return hash ^ hash >> 16;
}

void append_base64(std::string& out, std::string_view bytes) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::string_view group = bytes.substr(i, 3);
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      bits = bits << 8 | (k < group.size() ? static_cast<unsigned char>(group[k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      out += k <= group.size() ? digits[bits >> (18 - 6 * k) & 63] : '=';
    }
  }
}

// Double.toString and Float.toString: plain from 0.001 to below 10^7, always a digit after the
// point.
template <class Float>
void append_float(std::string& out, Float value) {
  if (std::isnan(value)) {
    out += "\"NaN\"";
    return;
  }
  if (std::isinf(value)) {
    out += value < 0 ? "\"-Infinity\"" : "\"Infinity\"";
    return;
  }
  std::array<char, 64> buffer = {};
  const Float size = std::abs(value);
  const bool plain = value == 0 || (size >= Float(1e-3) && size < Float(1e7));
  const auto format = plain ? std::chars_format::fixed : std::chars_format::scientific;
  const auto end = std::to_chars(buffer.begin(), buffer.end(), value, format).ptr;
  std::string_view text(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  if (plain) {
    out += text;
    if (text.find('.') == std::string_view::npos) out += ".0";
    return;
  }
  // 1e+07 is written 1.0E7.
  const std::size_t mark = text.find('e');
  const std::string_view mantissa = text.substr(0, mark);
  std::string_view exponent = text.substr(mark + 1);
  out += mantissa;
  if (mantissa.find('.') == std::string_view::npos) out += ".0";
  out += 'E';
  if (exponent.front() == '-') out += '-';
  exponent.remove_prefix(1);
  out += exponent.substr(std::min(exponent.find_first_not_of('0'), exponent.size() - 1));
}

}  // namespace

bool append_json_text(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const std::string_view before = text;
    const std::optional<char32_t> point = next_code_point(text);
    if (!point) return false;
    switch (*point) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\r':
        out += "\\r";
        break;
      default:
        if (*point < 0x20) {
          out += fmt::format("\\u{:04X}", static_cast<unsigned>(*point));
        } else if (*point < 0x10000) {
          out += before.substr(0, before.size() - text.size());
        } else {
          const auto [high, low] = surrogates(*point);
          out += fmt::format("\\u{:04X}\\u{:04X}", high, low);
        }
    }
  }
  out += '"';
  return true;
}

bool append_json_scalar(std::string& out, const Value& value) {
  switch (value.kind()) {
    case ValueKind::null:
      out += "null";
      return true;
    case ValueKind::int8:
      out += std::to_string(*value.get_if<std::int8_t>());
      return true;
    case ValueKind::int16:
      out += std::to_string(*value.get_if<std::int16_t>());
      return true;
    case ValueKind::int32:
      out += std::to_string(*value.get_if<std::int32_t>());
      return true;
    case ValueKind::int64:
      out += std::to_string(*value.get_if<std::int64_t>());
      return true;
    case ValueKind::float32:
      append_float(out, *value.get_if<float>());
      return true;
    case ValueKind::float64:
      append_float(out, *value.get_if<double>());
      return true;
    case ValueKind::boolean:
      out += *value.get_if<bool>() ? "true" : "false";
      return true;
    case ValueKind::string:
      return append_json_text(out, value.view());
    case ValueKind::bytes:
      out += '"';
      append_base64(out, value.view());
      out += '"';
      return true;
    default:
      return false;
  }
}

void sort_as_hash_map(std::vector<Member>& members) {
  std::uint32_t slots = 16;
  while (members.size() > slots / 4 * 3) slots *= 2;
  std::vector<std::pair<std::uint32_t, Member>> placed;
  for (const Member& member : members) {
    placed.emplace_back(spread_hash(member.first) & (slots - 1), member);
  }
  std::stable_sort(placed.begin(), placed.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::transform(placed.begin(), placed.end(), members.begin(),
                 [](const auto& entry) { return entry.second; });
}

}  // namespace millrace::storage

#include "storage/json_text.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/base64.h"
#include "base/java_number.h"

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

// What is no number in JSON is a text.
template <class Float>
void append_float(std::string& out, Float value) {
  const bool finite = std::isfinite(value);
  if (!finite) out += '"';
  append_java_number(out, value);
  if (!finite) out += '"';
}

}  // namespace

bool append_json_text(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const std::string_view before = text;
    const std::optional<char32_t> point = next_code_point(text);
    if (!point) return false;
    switch (*point) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\b': out += "\\b"; break;
      case '\t': out += "\\t"; break;
      case '\n': out += "\\n"; break;
      case '\f': out += "\\f"; break;
      case '\r': out += "\\r"; break;
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
    case ValueKind::null: out += "null"; return true;
    case ValueKind::int8: out += std::to_string(*value.get_if<std::int8_t>()); return true;
    case ValueKind::int16: out += std::to_string(*value.get_if<std::int16_t>()); return true;
    case ValueKind::int32: out += std::to_string(*value.get_if<std::int32_t>()); return true;
    case ValueKind::int64: out += std::to_string(*value.get_if<std::int64_t>()); return true;
    case ValueKind::float32: append_float(out, *value.get_if<float>()); return true;
    case ValueKind::float64: append_float(out, *value.get_if<double>()); return true;
    case ValueKind::boolean: out += *value.get_if<bool>() ? "true" : "false"; return true;
    case ValueKind::string: return append_json_text(out, value.view());
    case ValueKind::bytes:
      out += '"';
      append_base64(out, value.view());
      out += '"';
      return true;
    default: return false;
  }
}

}  // namespace millrace::storage

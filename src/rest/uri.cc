#include "rest/uri.h"

#include "base/percent.h"

#include <cstdint>
#include <optional>

namespace millrace::rest {

namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// The byte that the escape at this place stands for; none: it is no escape.
std::optional<char> escaped_byte(std::string_view text, std::size_t at) {
  if (at + 2 >= text.size()) return std::nullopt;
  const int high = hex_digit(text[at + 1]);
  const int low = hex_digit(text[at + 2]);
  if (high < 0 || low < 0) return std::nullopt;
  return static_cast<char>(high * 16 + low);
}

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<std::uint8_t>(text[i]);
    const std::size_t length = lead < 0x80   ? 1
                               : lead < 0xC2 ? 0
                               : lead < 0xE0 ? 2
                               : lead < 0xF0 ? 3
                               : lead < 0xF5 ? 4
                                             : 0;
    if (length == 0 || i + length > text.size()) return false;
    for (std::size_t k = 1; k < length; ++k) {
      if ((static_cast<std::uint8_t>(text[i + k]) & 0xC0) != 0x80) return false;
    }
    if (length > 2) {  // neither longer than needed, nor a surrogate, nor past U+10FFFF
      const auto second = static_cast<std::uint8_t>(text[i + 1]);
      if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) ||
          (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F)) {
        return false;
      }
    }
    i += length;
  }
  return true;
}

Result<std::string> decode_segment(std::string_view segment) {
  std::string decoded;
  for (std::size_t i = 0; i < segment.size(); ++i) {
    if (segment[i] != '%') {
      decoded += segment[i];
      continue;
    }
    const std::optional<char> byte = escaped_byte(segment, i);
    if (!byte || *byte == '\0') {
      return Error{ErrorCode::invalid_config, "Bad escape in URI path segment '" +
                                                  std::string(segment) + "' at character " +
                                                  std::to_string(i + 1)};
    }
    decoded += *byte;
    i += 2;
  }
  if (!is_utf8(decoded)) {
    return Error{ErrorCode::invalid_config, "Bad UTF-8 encoding in URI path"};
  }
  return decoded;
}

std::string decode_query(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      decoded += ' ';
    } else if (const std::optional<char> byte =
                   text[i] == '%' ? escaped_byte(text, i) : std::nullopt) {
      decoded += *byte;
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

/// What a segment of a path may hold as it is, beside letters and digits.
constexpr std::string_view plain_in_segments = "-._~!$&'()*+,=:@";

}  // namespace

Result<std::vector<std::string>> path_segments(std::string_view path) {
  if (!path.starts_with('/')) {
    return Error{ErrorCode::invalid_config, "URI path must start with a slash"};
  }
  path.remove_prefix(1);
  std::vector<std::string> segments;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    std::string_view segment = path.substr(0, slash);
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
    segment = segment.substr(0, segment.find(';'));
    if (segment.empty()) {
      return Error{ErrorCode::invalid_config, "Ambiguous URI empty segment"};
    }
    Result<std::string> decoded = decode_segment(segment);
    if (!decoded) return std::move(decoded.error());
    segments.push_back(std::move(*decoded));
  }
  return segments;
}

NameValues parse_query(std::string_view query) {
  NameValues parameters;
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view one = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
    if (one.empty()) continue;
    const std::size_t equals = one.find('=');
    parameters.emplace_back(
        decode_query(one.substr(0, equals)),
        equals == std::string_view::npos ? std::string() : decode_query(one.substr(equals + 1)));
  }
  return parameters;
}

std::string encode_segment(std::string_view name) {
  return percent_encoded(name, plain_in_segments);
}

std::string encode_path(std::string_view name) {
  return percent_encoded(name, std::string(plain_in_segments) + '/');
}

}  // namespace millrace::rest

#include "rest/body_encoding.h"

#include "config/json_problem.h"

#include <cstddef>
#include <cstdint>

namespace millrace::rest {

namespace {

struct Encoding {
  std::size_t width = 1;  // bytes a unit
  bool big_endian = false;
};

Encoding detect(std::string_view bytes) {
  const auto at = [bytes](std::size_t i) {
    return i < bytes.size() ? static_cast<std::uint8_t>(bytes[i]) : 0x100U;
  };
  if (at(0) == 0 && at(1) == 0) return {4, true};
  if ((at(0) == 0xFF && at(1) == 0xFE && at(2) == 0 && at(3) == 0) ||
      (at(0) != 0 && at(1) == 0 && at(2) == 0 && at(3) == 0)) {
    return {4, false};
  }
  if ((at(0) == 0xFE && at(1) == 0xFF) || at(0) == 0) return {2, true};
  if ((at(0) == 0xFF && at(1) == 0xFE) || at(1) == 0) return {2, false};
  return {};
}

std::uint32_t unit_at(std::string_view bytes, std::size_t at, Encoding encoding) {
  std::uint32_t unit = 0;
  for (std::size_t i = 0; i < encoding.width; ++i) {
    const std::size_t place = encoding.big_endian ? i : encoding.width - 1 - i;
    unit = unit << 8 | static_cast<std::uint8_t>(bytes[at + place]);
  }
  return unit;
}

void append_utf8(std::string& text, std::uint32_t c) {
  if (c < 0x80) {
    text += static_cast<char>(c);
    return;
  }
  const int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
  static constexpr std::uint32_t leads[] = {0, 0xC0, 0xE0, 0xF0};
  text += static_cast<char>(leads[more] | c >> (6 * more));
  for (int i = more - 1; i >= 0; --i) text += static_cast<char>(0x80 | (c >> (6 * i) & 0x3F));
}

}  // namespace

Result<std::string> json_as_utf8(std::string_view bytes) {
  const Encoding encoding = detect(bytes);
  if (encoding.width == 1) return std::string(bytes);
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += encoding.width) {
    std::uint32_t c = at + encoding.width <= bytes.size() ? unit_at(bytes, at, encoding) : 0xDC00;
    if (at == 0 && c == 0xFEFF) continue;
    const bool high = c >= 0xD800 && c < 0xDC00;
    if (encoding.width == 2 && high && at + 4 <= bytes.size()) {
      const std::uint32_t low = unit_at(bytes, at + 2, encoding);
      if (low >= 0xDC00 && low < 0xE000) {
        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
        at += 2;
      }
    }
    if (c > 0x10FFFF || (c >= 0xD800 && c < 0xE000)) {
      return Error{ErrorCode::invalid_config, "The request body is no valid UTF-" +
                                                  std::to_string(encoding.width * 8) +
                                                  " text at byte " + std::to_string(at + 1)};
    }
    append_utf8(text, c);
  }
  return text;
}

Error malformed_body(std::string_view problem) {
  return {ErrorCode::invalid_config,
          "The request body is not valid JSON: " + config::json_problem(problem)};
}

}  // namespace millrace::rest

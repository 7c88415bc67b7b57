#include "convert/base64_reader.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace millrace::convert {

namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::int8_t, 256> digit_of = [] {
  std::array<std::int8_t, 256> table{};
  table.fill(-1);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
  }
  return table;
}();

}  // namespace

std::optional<std::string> decode_base64(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3);
  for (;;) {
    while (!text.empty() && static_cast<unsigned char>(text[0]) <= ' ') text.remove_prefix(1);
    if (text.empty()) return bytes;
    if (text.size() < 4) return std::nullopt;

    std::uint32_t group = 0;
    std::size_t digits = 0;
    while (digits < 4 && digit_of[static_cast<unsigned char>(text[digits])] >= 0) {
      const auto digit = digit_of[static_cast<unsigned char>(text[digits++])];
      group = group << 6 | static_cast<std::uint32_t>(digit);
    }
    if (digits < 2 ||
        text.substr(digits, 4 - digits) != std::string_view("==").substr(digits - 2)) {
      return std::nullopt;
    }
    group <<= 6 * (4 - digits);
    for (std::size_t i = 0; i + 1 < digits; ++i) {
      bytes.push_back(static_cast<char>(group >> (16 - 8 * i)));
    }
    text.remove_prefix(4);
  }
}

}  // namespace millrace::convert

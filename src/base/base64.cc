#include "base/base64.h"

#include <algorithm>
#include <cstdint>

namespace millrace {

namespace {

/// What a character stands for; none: it is not of the alphabet.
std::optional<std::uint32_t> sextet(char c) {
  const auto from = [c](char first, int value) {
    return static_cast<std::uint32_t>(c - first + value);
  };
  if (c >= 'A' && c <= 'Z') return from('A', 0);
  if (c >= 'a' && c <= 'z') return from('a', 26);
  if (c >= '0' && c <= '9') return from('0', 52);
  if (c == '+') return 62U;
  if (c == '/') return 63U;
  return std::nullopt;
}

}  // namespace

void append_base64(std::string& out, std::string_view bytes) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  out.reserve(out.size() + (bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      group = (group << 8U) | (j < count ? static_cast<unsigned char>(bytes[i + j]) : 0U);
    }
    for (std::size_t j = 0; j < 4; ++j) {
      out += j <= count ? alphabet[(group >> (18 - 6 * j)) & 63U] : '=';
    }
  }
}

std::optional<std::string> decode_base64(std::string_view text) {
  if (text.ends_with('=')) {
    if (text.size() % 4 != 0) return std::nullopt;
    text.remove_suffix(text.ends_with("==") ? 2 : 1);
  }
  if (text.size() % 4 == 1) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  int count = 0;  // of bits that wait for the rest of their byte
  for (const char c : text) {
    const std::optional<std::uint32_t> six = sextet(c);
    if (!six) return std::nullopt;
    bits = (bits << 6U) | *six;
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes += static_cast<char>(bits >> count & 0xFFU);
    }
  }
  return bytes;
}

}  // namespace millrace

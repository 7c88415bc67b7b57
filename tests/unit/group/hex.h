#pragma once

#include <string>
#include <string_view>

namespace millrace::group {

/// "0002 000f" as bytes; blanks do not matter.
inline std::string from_hex(std::string_view text) {
  std::string bytes;
  int digits = 0;
  unsigned byte = 0;
  for (const char c : text) {
    if (c == ' ' || c == '\n' || c == '|') continue;
    const unsigned digit = static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10);
    byte = (byte << 4) | digit;
    if (++digits % 2 == 0) bytes.push_back(static_cast<char>(byte & 0xff));
  }
  return bytes;
}

inline std::string to_hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) {
    text.push_back(digits[static_cast<unsigned char>(byte) >> 4]);
    text.push_back(digits[static_cast<unsigned char>(byte) & 15]);
  }
  return text;
}

}  // namespace millrace::group

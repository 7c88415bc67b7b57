#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace millrace::data {

/// Calls `take` with each UTF-16 unit that Java would hold for a UTF-8 text. A byte that belongs to
/// no character counts as U+FFFD.
template <class Take>
void for_each_utf16(std::string_view text, Take take) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    std::uint32_t code = length == 1 ? lead : lead & (0xffU >> (length + 1));
    bool whole = lead < 0x80 || (lead >= 0xc2 && lead < 0xf5 && i + length <= text.size());
    for (std::size_t j = 1; whole && j < length; ++j) {
      const auto next = static_cast<unsigned char>(text[i + j]);
      whole = (next & 0xc0U) == 0x80;
      code = (code << 6U) | (next & 0x3fU);
    }
    if (!whole) {
      take(char16_t{0xfffd});
      ++i;
      continue;
    }
    if (code >= 0x10000) {
      take(static_cast<char16_t>(0xd800 + ((code - 0x10000) >> 10U)));
      take(static_cast<char16_t>(0xdc00 + (code & 0x3ffU)));
    } else {
      take(static_cast<char16_t>(code));
    }
    i += length;
  }
}

inline std::size_t utf16_length(std::string_view text) {
  std::size_t length = 0;
  for_each_utf16(text, [&](char16_t) { ++length; });
  return length;
}

}  // namespace millrace::data

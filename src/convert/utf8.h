#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace millrace::convert {

/// Whether the bytes are UTF-8: no surrogates, nothing above U+10FFFF, nothing longer than needed.
bool is_utf8(std::string_view bytes);

/// Appends the bytes with U+FFFD in place of what is broken, as many of them as Java puts there
/// (one for each part of a character that is cut off, one for a whole surrogate).
void append_repaired_utf8(std::string_view bytes, std::string& out);

/// Appends one character; a surrogate or a number that is no character becomes '?', which is what
/// Java writes for a lone surrogate.
void append_utf8(std::uint32_t character, std::string& out);

}  // namespace millrace::convert

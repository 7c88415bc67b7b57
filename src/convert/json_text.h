#pragma once

#include <string>
#include <string_view>

namespace millrace::convert {

/// The first quote, backslash or control character (below U+0020), or `end`.
/// non_ascii: set when a byte above 0x7F was met; left alone otherwise.
const char* find_string_end(const char* at, const char* end, bool& non_ascii);

/// Appends a text in quotes, escaped as Jackson does it: short escapes where JSON has them, other
/// control characters as \u00XX, characters above U+FFFF as two escapes, the rest as it is.
void append_json_string(std::string_view text, std::string& out);

}  // namespace millrace::convert

#pragma once

#include <string>
#include <string_view>

namespace millrace::http {

/// Text as a part of a URL or form: all but letters, digits and `-._~` becomes %XX (RFC 3986).
void append_percent_encoded(std::string& out, std::string_view text);

/// Standard base64, padded, in one line.
std::string base64(std::string_view bytes);

}  // namespace millrace::http

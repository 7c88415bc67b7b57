#pragma once

#include <string>
#include <string_view>

namespace millrace {

/// Standard base64 (RFC 4648 section 4), padded, in one line.
/// Threads: any.
void append_base64(std::string& out, std::string_view bytes);

}  // namespace millrace

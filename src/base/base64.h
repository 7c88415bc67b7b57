#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace millrace {

/// Standard base64 (RFC 4648 section 4), padded, in one line.
/// Threads: any.
void append_base64(std::string& out, std::string_view bytes);

/// The bytes behind such a text; it may lack its padding, all of it. None: it is anything else.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace millrace

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace millrace::convert {

/// The bytes behind a padded text of the standard alphabet, blanks (up to U+0020) allowed between
/// groups of four; none when it is anything else.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace millrace::convert

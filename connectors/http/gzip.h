#pragma once

#include <string>
#include <string_view>

namespace millrace::http {

/// The text as a gzip member.
std::string gzip(std::string_view text);

}  // namespace millrace::http

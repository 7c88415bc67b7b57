#pragma once

#include <string>
#include <string_view>

namespace millrace::config {

/// What nlohmann's parser says of a text that is no JSON, for messages: where it stands (line and
/// column), what was expected, and nothing of the text itself, which may hold a password.
/// what: of the parser's exception.
std::string json_problem(std::string_view what);

}  // namespace millrace::config

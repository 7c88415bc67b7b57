#pragma once

#include <string>
#include <string_view>

namespace millrace {

/// The text as a part of a URL: everything but letters, digits and what is named becomes "%XX".
/// plain: what else may stay as it is, such as "-._~".
std::string percent_encoded(std::string_view text, std::string_view plain);

}  // namespace millrace

#pragma once

#include "config/java_regex.h"

#include <string>
#include <string_view>

namespace millrace::transform {

/// What stands in for a match: the replacement with `$1` and `${name}` as the groups took them (one
/// that took no part is empty) and the character behind each backslash as it is. Of the digits
/// behind a dollar sign the first always counts, further ones as long as there is such a group.
/// Errors (bad_record): a group that does not exist, a dollar sign or backslash that means nothing.
/// Source:  java.util.regex.Matcher.appendReplacement.
Result<std::string> expand_replacement(std::string_view replacement, const config::JavaRegex& regex,
                                       const config::JavaRegex::Groups& groups);

}  // namespace millrace::transform

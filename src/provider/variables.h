#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace millrace::provider {

/// `${provider:[path:]key}` in a setting's value. The key takes any further colons; blanks count.
/// There is no way to escape one, and none stands within another.
struct Variable {
  std::string_view provider;
  std::string_view path;  ///< empty: none
  std::string_view key;
  std::size_t at = 0;  ///< where it begins in the text, and how long it is
  std::size_t size = 0;
};

/// In the order in which they stand. The views point into the text.
std::vector<Variable> find_variables(std::string_view text);
bool has_variable(std::string_view text);

}  // namespace millrace::provider

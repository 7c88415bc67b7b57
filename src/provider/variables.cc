#include "provider/variables.h"

#include <optional>

namespace millrace::provider {

namespace {

/// The first one at or after the place.
std::optional<Variable> next_variable(std::string_view text, std::size_t from) {
  for (std::size_t at = text.find("${", from); at != std::string_view::npos;
       at = text.find("${", at + 1)) {
    const std::size_t begin = at + 2;
    const std::size_t end = text.find('}', begin);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view inside = text.substr(begin, end - begin);
    const std::size_t colon = inside.find(':');
    if (colon == std::string_view::npos) continue;
    Variable variable{inside.substr(0, colon), {}, inside.substr(colon + 1), at, end + 1 - at};
    if (const std::size_t second = variable.key.find(':'); second != std::string_view::npos) {
      variable.path = variable.key.substr(0, second);
      variable.key = variable.key.substr(second + 1);
    }
    return variable;
  }
  return std::nullopt;
}

}  // namespace

std::vector<Variable> find_variables(std::string_view text) {
  std::vector<Variable> found;
  std::size_t from = 0;
  while (const std::optional<Variable> variable = next_variable(text, from)) {
    found.push_back(*variable);
    from = variable->at + variable->size;
  }
  return found;
}

bool has_variable(std::string_view text) { return next_variable(text, 0).has_value(); }

}  // namespace millrace::provider

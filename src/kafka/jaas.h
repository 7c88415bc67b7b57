#pragma once

#include "millrace/result.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::kafka {

/// The one entry of a sasl.jaas.config: `<class> <flag> [key=value]... ;`.
struct JaasEntry {
  std::string module;  ///< the login module's class
  std::vector<std::pair<std::string, std::string>> options;

  /// Empty: absent.
  [[nodiscard]] std::string option(std::string_view key) const;
  [[nodiscard]] bool has(std::string_view key) const;
};

/// Errors (invalid_config): not of that form, or more than one entry. Values are secrets and not in
/// the text.
Result<JaasEntry> parse_jaas(std::string_view text);

}  // namespace millrace::kafka

#pragma once

#include "millrace/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::security {

/// How much a login module's success counts where there are several.
enum class JaasFlag : std::uint8_t { required, requisite, sufficient, optional };

/// One login module: `<class> <flag> [key=value]... ;`.
struct JaasEntry {
  std::string module;  ///< the login module's class
  JaasFlag flag = JaasFlag::required;
  std::vector<std::pair<std::string, std::string>> options;

  /// Empty: absent.
  [[nodiscard]] std::string option(std::string_view key) const;
  [[nodiscard]] bool has(std::string_view key) const;
};

/// The one module of a sasl.jaas.config.
/// Errors (invalid_config): not of that form, or more than one. Values are secrets and not in the
/// text.
Result<JaasEntry> parse_jaas(std::string_view text);

/// The modules of one entry of a login configuration file, `Name { <module> <module> ... };`, in
/// order.
/// Errors (invalid_config): not of that form, or no such entry.
Result<std::vector<JaasEntry>> parse_jaas_file(std::string_view text, std::string_view name);

}  // namespace millrace::security

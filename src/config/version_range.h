#pragma once

#include "millrace/result.h"

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::config {

/// Which version of a plugin a configuration asks for: "4.3.0" is that one alone, "[4.0,5.0)" a
/// range, "[1.0],[2.0,)" several, "latest" the newest; an empty text fits none.
/// Source: Maven's version ranges, as Kafka Connect reads them.
class VersionRange {
 public:
  /// Errors (invalid_config): "Unbounded range: [1.0" and the like, with Maven's class.
  static Result<VersionRange> parse(std::string_view text);

  [[nodiscard]] bool contains(std::string_view version) const;
  /// As messages show it: "[1.0,1.0]" for the version 1.0.
  [[nodiscard]] const std::string& to_string() const { return text_; }

 private:
  struct Part {
    std::optional<std::string> lower;
    std::optional<std::string> upper;
    bool with_lower = true;
    bool with_upper = true;
  };

  std::string text_;
  bool any_ = false;  // "latest"
  std::vector<Part> parts_;
};

/// Maven's order: 1.0 = 1 < 1.1-alpha < 1.1-rc < 1.1-SNAPSHOT < 1.1 < 1.1-sp < 1.2 < 1.10.
std::weak_ordering compare_versions(std::string_view a, std::string_view b);

}  // namespace millrace::config

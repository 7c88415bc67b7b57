#pragma once

#include "millrace/result.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::config {

/// A regular expression in Java's flavour: look-around, back-references, possessive quantifiers,
/// named groups, \uXXXX and \p{Alpha} and the like. Text is UTF-8.
/// Not understood, and refused when compiled: classes within classes and their intersections
/// ([a-z&&[^b]]), the inline flags d, u and U.
/// Threads: any.
/// Source:  java.util.regex.Pattern.
class JavaRegex {
 public:
  /// What a match took: the whole, then one entry a group, none where the group took no part.
  /// The views point into the text.
  using Groups = std::vector<std::optional<std::string_view>>;

  /// Errors (invalid_config): "<what is wrong> near index <byte> in '<pattern>'".
  static Result<JavaRegex> compile(std::string_view pattern);

  /// Errors (fatal) of all four: the pattern took too many steps, or too much memory, on this
  /// text.
  [[nodiscard]] Result<bool> matches(std::string_view text) const;  ///< the whole text
  [[nodiscard]] Result<bool> finds(std::string_view text) const;    ///< some part of it
  /// The groups of a match of the whole text, or none.
  [[nodiscard]] Result<std::optional<Groups>> match_groups(std::string_view text) const;
  /// The groups of the first match of some part of it, or none.
  [[nodiscard]] Result<std::optional<Groups>> find_groups(std::string_view text) const;

  /// The number of the group that is named so, from 1; none: there is no such group.
  [[nodiscard]] std::optional<std::size_t> group_number(const std::string& name) const;

  [[nodiscard]] const std::string& pattern() const { return pattern_; }

 private:
  JavaRegex(std::string pattern, std::shared_ptr<const void> code)
      : pattern_(std::move(pattern)), code_(std::move(code)) {}
  [[nodiscard]] Result<std::optional<Groups>> run(std::string_view text, bool whole) const;

  std::string pattern_;
  std::shared_ptr<const void> code_;  // compiled, never changed
};

}  // namespace millrace::config

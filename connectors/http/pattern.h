#pragma once

#include "millrace/result.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::http {

/// A regular expression of the configuration, in Perl's form, which Java's has in common with it.
/// Matching is limited: a pattern that would run away on some text counts as not matching it.
/// Threads: one at a time.
class Pattern {
 public:
  /// Errors (invalid_config): the library's words, and where in the pattern.
  static Result<Pattern> compile(std::string_view text);

  [[nodiscard]] bool matches_whole(std::string_view text) const;
  /// The parts between the matches; empty ones at the end are left out.
  [[nodiscard]] std::vector<std::string> split(std::string_view text) const;
  /// Every match replaced; `$1` and `${name}` in the replacement stand for groups.
  /// Errors (bad_record): the replacement names a group that is not there, or matching ran away.
  [[nodiscard]] Result<std::string> replace_all(std::string_view text,
                                                std::string_view replacement) const;

 private:
  struct Code;
  explicit Pattern(std::shared_ptr<const Code> code) : code_(std::move(code)) {}
  std::shared_ptr<const Code> code_;
};

}  // namespace millrace::http

#pragma once

#include "millrace/result.h"

#include <string_view>
#include <utility>
#include <vector>

namespace millrace::http {

/// Status codes, written as `408,429,500-`: single ones, ranges, and ranges without an end.
class StatusSet {
 public:
  /// Errors (invalid_config): what of the text is none.
  static Result<StatusSet> parse(std::string_view text);

  [[nodiscard]] bool contains(int status) const;
  [[nodiscard]] bool empty() const { return ranges_.empty(); }

 private:
  std::vector<std::pair<int, int>> ranges_;  // both ends included
};

}  // namespace millrace::http

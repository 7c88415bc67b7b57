#pragma once

#include "config/java_regex.h"
#include "millrace/result.h"
#include "rest/http.h"

#include <string>
#include <string_view>
#include <vector>

namespace millrace::rest {

/// Which pages of other origins may read answers: access.control.allow.origin and .methods.
class Cors {
 public:
  /// origins: regular expressions, or "*", separated by commas without blanks.
  /// methods: separated alike; empty: GET, POST and HEAD.
  /// Errors (invalid_config): an expression that cannot be compiled.
  static Result<Cors> make(std::string_view origins, std::string_view methods);

  /// Adds to the headers of the answer to this request.
  void add_headers(const Request& request, NameValues& headers) const;

 private:
  [[nodiscard]] bool admits(const std::string& origin) const;

  bool all_ = false;
  std::vector<config::JavaRegex> origins_;
  std::string methods_;
};

}  // namespace millrace::rest

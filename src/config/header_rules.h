#pragma once

#include "millrace/config_def.h"
#include "millrace/result.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::config {

/// One rule of response.http.headers.config: `<set|add|setDate|addDate> <name>:<value>`.
struct HeaderRule {
  bool replaces = false;  ///< set: takes the place of headers of that name
  bool is_date = false;   ///< the value is a time from now, written as an HTTP date
  std::string name;
  std::string value;                      ///< unless is_date
  std::chrono::milliseconds from_now{0};  ///< if is_date
};

/// The rules, separated by commas; one with commas inside stands in double quotes.
/// Errors (invalid_config): "'<rule>': <what is wrong>".
Result<std::vector<HeaderRule>> parse_header_rules(std::string_view text);

}  // namespace millrace::config

#pragma once

#include "millrace/config_def.h"

#include <string>
#include <string_view>
#include <vector>

namespace millrace::transform {

/// The parts of a text between colons, as Java splits it: empty ones at the end do not count.
std::vector<std::string> split_at_colons(std::string_view text);

/// Invalid value [<list>] for configuration renames: Invalid rename mapping: <element>
Error bad_mapping(const std::vector<std::string>& list, const std::string& element);

struct Rename {
  std::string from;
  std::string to;
};
/// Elements of the form old:new; a name that is given two new ones gets the later one.
Result<std::vector<Rename>> parse_renames(const std::vector<std::string>& list);
Validator renames_rule();

}  // namespace millrace::transform

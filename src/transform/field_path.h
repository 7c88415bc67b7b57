#pragma once

#include "millrace/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace millrace::transform {

/// The way to a field: names of structs or maps within each other, the field's own name last.
using FieldPath = std::vector<std::string>;

/// Version 2 of the syntax of paths: steps between dots. A step that begins with a backtick runs to
/// the next backtick before a dot or the end, and may hold dots; a backslash before that backtick
/// makes it a part of the name.
/// Errors (invalid_config): no backtick closes a step.
/// Source:  KIP-821.
Result<FieldPath> parse_field_path(std::string_view path);

}  // namespace millrace::transform

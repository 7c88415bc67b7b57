#pragma once

#include "millrace/config_def.h"
#include "millrace/schema.h"

#include <optional>
#include <string>
#include <vector>

namespace millrace::transform {

struct FieldCast {
  std::string field;
  Type type = Type::string;
};

/// What Cast's `spec` says: a type for the whole, or one for each of some fields.
struct CastSpec {
  std::optional<Type> whole;
  std::vector<FieldCast> fields;
};

/// Errors (invalid_config): Java's texts.
Result<CastSpec> parse_cast_spec(const std::vector<std::string>& list);
Validator cast_spec_rule();

}  // namespace millrace::transform

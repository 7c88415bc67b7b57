#pragma once

#include "millrace/schema.h"

namespace millrace {

/// Checks the value of a struct's field; no text is made unless it fails.
Result<void> validate_field(const Field& field, const Value& value);

/// Whether the value's kind is the one that the schema's type or logical name asks for.
bool kind_fits(const Schema& schema, ValueKind kind);

}  // namespace millrace

#pragma once

#include "millrace/schema.h"

namespace millrace::transform {

/// A value as one of another type, as Cast makes it. null stays null.
/// schema: the value's, or null; its name may say that an instant stands for a number.
/// to: a number type, boolean or string.
/// Errors: bad_record, Java's texts.
Result<Value> cast_value(const SchemaPtr& schema, const Value& value, Type to);

}  // namespace millrace::transform

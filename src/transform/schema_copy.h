#pragma once

#include "millrace/schema.h"

namespace millrace::transform {

/// Hands the basics of a schema on to one that is being built: name, version, doc, parameters.
/// Optional and default are not among them.
void copy_basics(const Schema& from, SchemaBuilder& to);

/// A schema of the same type, with the contents of an array or map but no fields, and the basics.
SchemaBuilder copied_basics(const Schema& from);

/// A struct without fields that has the basics of another.
SchemaBuilder struct_like(const Schema& from);

}  // namespace millrace::transform

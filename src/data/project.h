#pragma once

#include "millrace/schema.h"

namespace millrace::data {

/// The value of one schema as a value of another: numbers are widened, fields that only the target
/// has are left out or filled with their default, fields that only the source has are dropped.
/// Threads: any.
/// Errors:  bad_record, Java: SchemaProjectorException.
/// Source:  org.apache.kafka.connect.data.SchemaProjector.
Result<Value> project(const SchemaPtr& source, const Value& value, const SchemaPtr& target);

}  // namespace millrace::data

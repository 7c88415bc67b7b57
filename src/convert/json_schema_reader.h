#pragma once

#include "convert/json_document.h"
#include "convert/json_options.h"
#include "millrace/schema.h"

namespace millrace::convert {

/// The schema that a node describes; null for the JSON word null. It keeps nothing of the document.
/// Errors: bad_record, DataException or SchemaBuilderException.
Result<SchemaPtr> read_json_schema(const JsonNode& node, const JsonOptions& options);

}  // namespace millrace::convert

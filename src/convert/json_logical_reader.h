#pragma once

#include "convert/json_document.h"
#include "data/logical.h"

namespace millrace::convert {

/// The decimal or instant behind a node that is neither null nor absent.
/// Errors: bad_record, DataException.
Result<Value> read_logical(data::Logical logical, const Schema& schema, const JsonNode& node);

}  // namespace millrace::convert

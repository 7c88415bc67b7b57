#pragma once

#include "golden/golden.h"
#include "millrace/record.h"

namespace millrace::golden {

/// {"kind": "sink" or "source", "topic", "partition", "offset", "timestamp", "keySchema", "key",
/// "valueSchema", "value", "headers": [{"key", "schema", "value"}]}
Record record_from(const Json& json);
Json to_json(const Record& record);

}  // namespace millrace::golden

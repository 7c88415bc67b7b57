#pragma once

#include "millrace/config_map.h"
#include "millrace/result.h"

#include <optional>
#include <string_view>

namespace millrace::config {

/// A JSON object read as texts: numbers and booleans as they are written, null as null, the last
/// of repeated members.
struct FlatJson {
  ConfigMap members;                ///< those that are scalars
  bool nested = false;              ///< there are others
  std::optional<ConfigMap> config;  ///< the member of that name, if it is an object of scalars
};

/// Reads the first JSON value of the bytes; a byte order mark and what follows the value do not
/// matter. Errors (invalid_config): no strict JSON, no object; the message tells line and column.
Result<FlatJson> parse_flat_json(std::string_view bytes);

}  // namespace millrace::config

#pragma once

#include "herder/types.h"
#include "millrace/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::rest {

/// Reads the JSON bodies of requests: strict JSON in UTF-8, UTF-16 or UTF-32; of members with the
/// same name the last wins.
/// Errors: invalid_config; the message says what is wrong and, for syntax, at which line and
/// column.

/// A configuration: an object of texts. Numbers and booleans keep the characters that they were
/// written with, null stays null; an object or a list is refused by its key.
Result<ConfigMap> read_config(std::string_view body);

struct CreateRequest {
  std::string name;  ///< blanks at both ends cut off; "" when absent or null
  ConfigMap config;
  std::optional<TargetState> initial_state;
};
Result<CreateRequest> read_create_request(std::string_view body);

/// {"offsets":[{"partition":{…},"offset":{…}},…]}: whole numbers become int64, others float64;
/// lists and objects inside a partition or offset become empty ones, to be refused by those who
/// know what they are for.
Result<std::vector<ConnectorOffset>> read_offsets(std::string_view body);

/// The member "level" of what read_config reads; other members do not matter. Errors
/// (invalid_config): also one that is missing or null, in Java's words.
Result<std::string> read_log_level(std::string_view body);

/// A list of configurations, each read as read_config does.
Result<std::vector<ConfigMap>> read_configs(std::string_view body);

// What other workers answer.

struct ErrorBody {
  std::int64_t code = 0;
  std::optional<std::string> message;
};
/// {"error_code":404,"message":"…"}; none: it is anything else.
std::optional<ErrorBody> read_error(std::string_view body);
bool is_json(std::string_view body);

}  // namespace millrace::rest

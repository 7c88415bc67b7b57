#pragma once

#include "millrace/result.h"
#include "rest/http.h"

#include <string>
#include <string_view>
#include <vector>

namespace millrace::rest {

/// The segments of a path, decoded, without matrix parameters (";a=b"). A slash at the end adds
/// none; "/" has none. "%2F" and "%25" are plain characters of a segment, so that every name can be
/// addressed.
/// Errors (invalid_config): an empty segment, an escape that is none, a NUL, text that is no UTF-8.
Result<std::vector<std::string>> path_segments(std::string_view path);

/// The parameters of a query, decoded; escapes that are none stay as they are.
NameValues parse_query(std::string_view query);

/// A name as one segment of a path.
std::string encode_segment(std::string_view name);
/// A name as part of a path in a Location header. "/" stays, as Java's clients expect.
std::string encode_path(std::string_view name);

}  // namespace millrace::rest

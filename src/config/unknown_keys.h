#pragma once

#include "millrace/config_map.h"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace millrace::config {

/// Logs one warning for each key of a worker's properties that has no meaning to any worker, with
/// the known key that it most resembles.
void warn_of_unknown_keys(const ConfigMap& properties, const std::string& file);

/// The name that `key` was probably meant to be: one that is two letters away at most; empty: none.
std::string_view nearest_name(std::string_view key, std::span<const std::string_view> names);

/// Logs a warning for each key of a connector's properties that is none of the names, has none of
/// the prefixes of what others understand, and resembles one of the names. Others may be read by
/// the connector's own code, and are nobody's concern.
void warn_of_mistyped_keys(const ConfigMap& properties, std::span<const std::string_view> names);

/// The fewest insertions, deletions and replacements that make one text of the other.
std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace millrace::config

#pragma once

#include "millrace/config_map.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace millrace::config {

/// Logs one warning for each key of a worker's properties that has no meaning to any worker, with
/// the known key that it most resembles.
void warn_of_unknown_keys(const ConfigMap& properties, const std::string& file);

/// The fewest insertions, deletions and replacements that make one text of the other.
std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace millrace::config

#pragma once

#include "millrace/plugin.h"

/// The transformations and predicates of Apache Kafka: a file each, all registered here.
/// Threads: an instance belongs to a task.
/// Source:  org.apache.kafka.connect.transforms.
namespace millrace::transform {

void register_transforms(PluginRegistry& registry);

void add_cast(PluginRegistry& registry);
void add_drop_headers(PluginRegistry& registry);
void add_extract_field(PluginRegistry& registry);
void add_filter(PluginRegistry& registry);
void add_flatten(PluginRegistry& registry);
void add_header_from(PluginRegistry& registry);
void add_hoist_field(PluginRegistry& registry);
void add_insert_field(PluginRegistry& registry);
void add_insert_header(PluginRegistry& registry);
void add_mask_field(PluginRegistry& registry);
void add_regex_router(PluginRegistry& registry);
void add_replace_field(PluginRegistry& registry);
void add_set_schema_metadata(PluginRegistry& registry);
void add_timestamp_converter(PluginRegistry& registry);
void add_timestamp_router(PluginRegistry& registry);
void add_value_to_key(PluginRegistry& registry);
void add_predicates(PluginRegistry& registry);

}  // namespace millrace::transform

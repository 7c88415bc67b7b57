#include "transform/bundled.h"

namespace millrace::transform {

void register_transforms(PluginRegistry& registry) {
  add_cast(registry);
  add_drop_headers(registry);
  add_extract_field(registry);
  add_filter(registry);
  add_flatten(registry);
  add_header_from(registry);
  add_hoist_field(registry);
  add_insert_field(registry);
  add_insert_header(registry);
  add_mask_field(registry);
  add_regex_router(registry);
  add_replace_field(registry);
  add_set_schema_metadata(registry);
  add_timestamp_converter(registry);
  add_timestamp_router(registry);
  add_value_to_key(registry);
  add_predicates(registry);
}

}  // namespace millrace::transform

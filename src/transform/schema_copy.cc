#include "transform/schema_copy.h"

namespace millrace::transform {

void copy_basics(const Schema& from, SchemaBuilder& to) {
  if (from.name()) to.name(*from.name());
  if (from.version()) to.version(*from.version());
  if (from.doc()) to.doc(*from.doc());
  for (const auto& [key, value] : from.parameters()) to.parameter(key, value);
}

SchemaBuilder copied_basics(const Schema& from) {
  SchemaBuilder builder =
      from.type() == Type::array && from.raw_value_schema() != nullptr
          ? SchemaBuilder::array(from.raw_value_schema())
      : from.type() == Type::map
          ? SchemaBuilder::map_of(from.raw_key_schema(), from.raw_value_schema())
          : SchemaBuilder(from.type());
  copy_basics(from, builder);
  return builder;
}

SchemaBuilder struct_like(const Schema& from) {
  SchemaBuilder builder = SchemaBuilder::structure();
  copy_basics(from, builder);
  return builder;
}

}  // namespace millrace::transform

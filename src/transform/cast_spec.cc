#include "transform/cast_spec.h"

#include "base/ascii.h"
#include "base/java_number.h"
#include "transform/renames.h"

#include <algorithm>
#include <string_view>

namespace millrace::transform {

namespace {

constexpr Type all_types[] = {Type::int8,    Type::int16,   Type::int32,   Type::int64,
                              Type::float32, Type::float64, Type::boolean, Type::string,
                              Type::bytes,   Type::array,   Type::map,     Type::structure};

Error refused(std::string message) { return {ErrorCode::invalid_config, std::move(message)}; }

Result<Type> parse_type(std::string_view text) {
  const std::string name = ascii::upper(text);
  const auto* type = std::ranges::find(all_types, name, type_name);
  if (type == std::end(all_types)) {
    return invalid_value("Invalid type found in casting spec: " + std::string(text),
                         "java.lang.IllegalArgumentException: No enum constant "
                         "org.apache.kafka.connect.data.Schema.Type." +
                             name,
                         "");
  }
  if (*type > Type::string) {
    return refused("Cast transformation does not support casting to " + name +
                   "; supported types are [INT8, INT16, INT32, INT64, FLOAT32, FLOAT64, BOOLEAN, "
                   "STRING]");
  }
  return *type;
}

}  // namespace

Result<CastSpec> parse_cast_spec(const std::vector<std::string>& list) {
  CastSpec spec;
  for (const std::string& element : list) {
    const std::vector<std::string> parts = split_at_colons(element);
    if (parts.size() > 2) return bad_mapping(list, element);
    const Result<Type> type = parse_type(java_trim(parts.back()));
    if (!type) return type.error();
    if (parts.size() == 1) {
      spec.whole = *type;
    } else {
      const std::string field(java_trim(parts.front()));
      std::erase_if(spec.fields, [&field](const FieldCast& cast) { return cast.field == field; });
      spec.fields.push_back({field, *type});
    }
  }
  if (spec.whole && list.size() > 1) {
    return refused(
        "Cast transformations that specify a type to cast the entire value to may only specify a "
        "single cast in their spec");
  }
  return spec;
}

Validator cast_spec_rule() {
  return {"elements of the form field:type, or one type alone",
          [](std::string_view, const Setting& value) -> Result<void> {
            const auto* list = std::get_if<std::vector<std::string>>(&value);
            if (list == nullptr || list->empty()) {
              return refused("Must specify at least one field to cast.");
            }
            const Result<CastSpec> spec = parse_cast_spec(*list);
            return spec ? Result<void>() : spec.error();
          }};
}

}  // namespace millrace::transform

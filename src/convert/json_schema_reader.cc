#include "convert/json_schema_reader.h"

#include "convert/errors.h"
#include "convert/json_number.h"
#include "convert/json_payload_reader.h"

#include <array>
#include <optional>
#include <string>

namespace millrace::convert {

namespace {

constexpr std::array<std::string_view, 12> type_words = {"int8",  "int16",  "int32",   "int64",
                                                         "float", "double", "boolean", "string",
                                                         "bytes", "array",  "map",     "struct"};

std::optional<Type> type_of(std::string_view word) {
  for (std::size_t i = 0; i < type_words.size(); ++i) {
    if (type_words[i] == word) return static_cast<Type>(i);
  }
  return std::nullopt;
}

bool is(const JsonNode* node, JsonKind kind) { return node != nullptr && node->kind == kind; }

// The step that failed first counts: an earlier one of the builder, or what was found after it.
Error first_error(const SchemaBuilder& builder, Error later) {
  Result<SchemaPtr> so_far = builder.build();
  return so_far ? std::move(later) : std::move(so_far.error());
}

Result<SchemaBuilder> read_array(const JsonNode& node, const JsonOptions& options) {
  const JsonNode* items = node.member("items");
  if (items == nullptr || items->kind == JsonKind::null) {
    return data_error("Array schema did not specify the element type");
  }
  Result<SchemaPtr> element = read_json_schema(*items, options);
  if (!element) return std::move(element.error());
  return SchemaBuilder::array(std::move(*element));
}

Result<SchemaBuilder> read_map(const JsonNode& node, const JsonOptions& options) {
  const JsonNode* keys = node.member("keys");
  if (keys == nullptr) return data_error("Map schema did not specify the key type");
  const JsonNode* values = node.member("values");
  if (values == nullptr) return data_error("Map schema did not specify the value type");
  Result<SchemaPtr> key = read_json_schema(*keys, options);
  if (!key) return std::move(key.error());
  Result<SchemaPtr> value = read_json_schema(*values, options);
  if (!value) return std::move(value.error());
  return SchemaBuilder::map(std::move(*key), std::move(*value));
}

Result<SchemaBuilder> read_struct(const JsonNode& node, const JsonOptions& options) {
  const JsonNode* fields = node.member("fields");
  if (!is(fields, JsonKind::array)) {
    return data_error("Struct schema's \"fields\" argument is not an array.");
  }
  SchemaBuilder builder = SchemaBuilder::structure();
  for (const JsonNode* field = fields->first(); field != fields->end(); field = field->next()) {
    const JsonNode* name = field->member("field");
    if (!is(name, JsonKind::string)) {
      return first_error(builder, data_error("Struct schema's field name not specified properly"));
    }
    Result<SchemaPtr> schema = read_json_schema(*field, options);
    if (!schema) return first_error(builder, std::move(schema.error()));
    builder.field(std::string(name->text), std::move(*schema));
  }
  return builder;
}

Result<void> read_parameters(const JsonNode& node, SchemaBuilder& builder) {
  const JsonNode* parameters = node.member("parameters");
  if (!is(parameters, JsonKind::object)) return {};
  for (const JsonNode* at = parameters->first(); at != parameters->end(); at = at->next()->next()) {
    if (!is(at->next(), JsonKind::string)) {
      return first_error(builder, data_error("Schema parameters must have string values."));
    }
    builder.parameter(std::string(at->text), std::string(at->next()->text));
  }
  return {};
}

Result<void> read_default(const JsonNode& node, const JsonOptions& options,
                          SchemaBuilder& builder) {
  const JsonNode* content = node.member("default");
  if (content == nullptr) return {};
  const Result<SchemaPtr> so_far = builder.build();
  if (!so_far) return so_far.error();
  Result<Value> value = JsonPayloadReader(options, /*borrow=*/false).read(*so_far, content);
  if (!value) return std::move(value.error());
  if (value->kind() == ValueKind::structure) {
    // In Java the struct is one of the unfinished schema, which equals no finished one.
    return schema_error("Invalid default value")
        .caused_by(data_error("Struct schemas do not match."));
  }
  builder.default_value(std::move(*value));
  return {};
}

}  // namespace

Result<SchemaPtr> read_json_schema(const JsonNode& node, const JsonOptions& options) {
  if (node.kind == JsonKind::null) return SchemaPtr();
  const JsonNode* word = node.member("type");
  if (!is(word, JsonKind::string)) return data_error("Schema must contain 'type' field");
  const std::optional<Type> type = type_of(word->text);
  if (!type) return data_error("Unknown schema type: " + std::string(word->text));

  Result<SchemaBuilder> started = *type == Type::array       ? read_array(node, options)
                                  : *type == Type::map       ? read_map(node, options)
                                  : *type == Type::structure ? read_struct(node, options)
                                                             : SchemaBuilder(*type);
  if (!started) return std::move(started.error());
  SchemaBuilder& builder = *started;
  const JsonNode* optional = node.member("optional");
  if (is(optional, JsonKind::boolean) && optional->is_true) {
    builder.optional();
  } else {
    builder.required();
  }
  const JsonNode* name = node.member("name");
  if (is(name, JsonKind::string)) builder.name(std::string(name->text));
  const JsonNode* version = node.member("version");
  if (is(version, JsonKind::number) && version->whole) {
    builder.version(static_cast<std::int32_t>(json_whole_part(version->text)));
  }
  const JsonNode* doc = node.member("doc");
  if (is(doc, JsonKind::string)) builder.doc(std::string(doc->text));
  MILLRACE_TRY(read_parameters(node, builder));
  MILLRACE_TRY(read_default(node, options, builder));
  return builder.build();
}

}  // namespace millrace::convert

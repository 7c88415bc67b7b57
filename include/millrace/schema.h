#pragma once

#include "millrace/result.h"
#include "millrace/value.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {

/// What a schema describes. All but the last three are primitive.
/// Source: org.apache.kafka.connect.data.Schema.Type.
enum class Type : std::uint8_t {
  int8,
  int16,
  int32,
  int64,
  float32,
  float64,
  boolean,
  string,
  bytes,
  array,
  map,
  structure,
};

/// "INT8" … "STRUCT", as error texts write them.
std::string_view type_name(Type type);
constexpr bool is_primitive(Type type) { return type < Type::array; }

class Schema;
/// Null means "no schema". The schemas of `schemas::` cost nothing to copy.
using SchemaPtr = std::shared_ptr<const Schema>;

struct Field {
  std::string name;
  std::size_t index = 0;  ///< position in the struct, from 0
  SchemaPtr schema;

  bool operator==(const Field& other) const;
};

/// The shape of a value. Never changes once built; made by SchemaBuilder.
/// Threads: any.
/// Source:  org.apache.kafka.connect.data.Schema, ConnectSchema.
class Schema {
 public:
  using Parameters = std::vector<std::pair<std::string, std::string>>;  ///< in order of setting

  [[nodiscard]] Type type() const { return type_; }
  [[nodiscard]] bool optional() const { return optional_; }
  /// Null when there is none.
  [[nodiscard]] const Value& default_value() const { return default_value_; }
  [[nodiscard]] const std::optional<std::string>& name() const { return name_; }
  [[nodiscard]] std::optional<std::int32_t> version() const { return version_; }
  [[nodiscard]] const std::optional<std::string>& doc() const { return doc_; }
  [[nodiscard]] const Parameters& parameters() const { return parameters_; }
  /// The value of one parameter, or null.
  [[nodiscard]] const std::string* parameter(std::string_view name) const;

  /// Of a map; null when the key type is not known. Errors (bad_record): not a map.
  [[nodiscard]] Result<SchemaPtr> key_schema() const;
  /// Of an array or map; null when not known. Errors (bad_record): neither array nor map.
  [[nodiscard]] Result<SchemaPtr> value_schema() const;
  /// Errors (bad_record): not a struct.
  [[nodiscard]] Result<const std::vector<Field>*> fields() const;
  /// One field, or null when there is none of that name. Errors (bad_record): not a struct.
  [[nodiscard]] Result<const Field*> field(std::string_view name) const;

  /// The same without the check of the type, for code that has made it: null or empty elsewhere.
  [[nodiscard]] const SchemaPtr& raw_key_schema() const { return key_schema_; }
  [[nodiscard]] const SchemaPtr& raw_value_schema() const { return value_schema_; }
  [[nodiscard]] const std::vector<Field>& raw_fields() const { return fields_; }
  [[nodiscard]] const Field* find_field(std::string_view name) const;

  /// `Schema{INT8}`, with a name `Schema{com.example.Price:INT8}`.
  [[nodiscard]] std::string to_string() const;

  /// Every member equal: fields with names and positions, parameters in any order.
  bool operator==(const Schema& other) const;

 private:
  friend class SchemaBuilder;
  Schema() = default;

  Type type_ = Type::int8;
  bool optional_ = false;
  Value default_value_;
  std::optional<std::string> name_;
  std::optional<std::int32_t> version_;
  std::optional<std::string> doc_;
  Parameters parameters_;
  SchemaPtr key_schema_;
  SchemaPtr value_schema_;
  std::vector<Field> fields_;
};

/// Whether both are null or equal.
bool equal(const SchemaPtr& a, const SchemaPtr& b);

/// Builds a schema step by step. The first step that fails is remembered, the steps after it do
/// nothing, and `build` returns its error (ErrorCode::bad_record, Java: SchemaBuilderException).
/// Can be copied, and used on after `build`: what was built never changes.
/// Threads: one.
/// Source:  org.apache.kafka.connect.data.SchemaBuilder.
class SchemaBuilder {
 public:
  explicit SchemaBuilder(Type type);
  static SchemaBuilder array(SchemaPtr element);
  static SchemaBuilder map(SchemaPtr key, SchemaPtr value);
  static SchemaBuilder structure() { return SchemaBuilder(Type::structure); }
  /// An array or map whose contents are of no one type (Values::parse makes these).
  static SchemaBuilder array_of_anything() { return SchemaBuilder(Type::array); }
  static SchemaBuilder map_of(SchemaPtr key_or_null, SchemaPtr value_or_null);

  SchemaBuilder& optional();
  SchemaBuilder& required();
  /// Checked against the schema built so far: null only after `optional`.
  SchemaBuilder& default_value(Value value);
  SchemaBuilder& name(std::string name);
  SchemaBuilder& version(std::int32_t version);
  SchemaBuilder& doc(std::string doc);
  SchemaBuilder& parameter(std::string key, std::string value);
  /// Appends a field of a struct.
  SchemaBuilder& field(std::string name, SchemaPtr schema);

  [[nodiscard]] const Schema& peek() const { return *schema_; }
  [[nodiscard]] Result<SchemaPtr> build() const;
  /// For schemas that are known to be right: asserts where `build` would return an error.
  [[nodiscard]] SchemaPtr build_checked() const;

 private:
  /// False when an earlier step failed, or when this one would change what is already set.
  bool once(bool already_set, std::string_view what);
  SchemaBuilder& fail(std::string message);
  Schema& edit();  ///< copies a schema that somebody else holds too

  std::shared_ptr<Schema> schema_;
  std::optional<Error> error_;
  bool optional_set_ = false;
  bool default_set_ = false;
};

/// Ready-made schemas of the primitive types.
namespace schemas {
const SchemaPtr& of(Type primitive);
const SchemaPtr& optional_of(Type primitive);
inline const SchemaPtr& string() { return of(Type::string); }
inline const SchemaPtr& optional_string() { return optional_of(Type::string); }
inline const SchemaPtr& bytes() { return of(Type::bytes); }
inline const SchemaPtr& optional_bytes() { return optional_of(Type::bytes); }
}  // namespace schemas

/// Logical types: a name on an ordinary schema, version 1, that changes what values look like.
/// Source: org.apache.kafka.connect.data.{Decimal,Date,Time,Timestamp}.
namespace logical {
inline constexpr std::string_view decimal_name = "org.apache.kafka.connect.data.Decimal";
inline constexpr std::string_view date_name = "org.apache.kafka.connect.data.Date";
inline constexpr std::string_view time_name = "org.apache.kafka.connect.data.Time";
inline constexpr std::string_view timestamp_name = "org.apache.kafka.connect.data.Timestamp";
inline constexpr std::string_view scale_parameter = "scale";

SchemaBuilder decimal(std::int32_t scale);  ///< BYTES
SchemaBuilder date();                       ///< INT32, days since 1970-01-01
SchemaBuilder time();                       ///< INT32, milliseconds since midnight
SchemaBuilder timestamp();                  ///< INT64, milliseconds since the epoch
}  // namespace logical

/// A value together with its schema; both null means "nothing".
struct SchemaAndValue {
  SchemaPtr schema;
  Value value;

  bool operator==(const SchemaAndValue& other) const {
    return equal(schema, other.schema) && value == other.value;
  }
};

/// Checks a value against a schema (null: anything goes).
/// Errors: bad_record with Java's DataException texts; where is "value" or `field: "name"`.
Result<void> validate_value(const SchemaPtr& schema, const Value& value,
                            std::string_view where = "value");

}  // namespace millrace

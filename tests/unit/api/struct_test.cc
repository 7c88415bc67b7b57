#include "millrace/struct.h"

#include <gmock/gmock.h>

namespace millrace {
namespace {

/// a: required int32, b: optional string, c: int8 with the default 3.
SchemaPtr abc() {
  static const SchemaPtr schema =
      SchemaBuilder::structure()
          .field("a", schemas::of(Type::int32))
          .field("b", schemas::optional_string())
          .field("c", SchemaBuilder(Type::int8).default_value(std::int8_t{3}).build_checked())
          .build_checked();
  return schema;
}

TEST(StructTest, PutChecksAtOnce) {
  Struct content = *Struct::create(abc());
  EXPECT_TRUE(content.put("a", std::int32_t{1}));
  EXPECT_EQ(content.put("a", "x").error().message(),
            "Invalid Java object for schema with type INT32: class java.lang.String for field: "
            "\"a\"");
  EXPECT_EQ(content.put("c", nullptr).error().message(),
            "Invalid value: null used for required field: \"c\", schema type: INT8");
  EXPECT_EQ(content.put("d", nullptr).error().message(), "d is not a valid field name");
  EXPECT_EQ(content.raw(0), Value(std::int32_t{1}));
}

TEST(StructTest, OnlyPlainReadsPutTheDefaultForNull) {
  const Struct content = *Struct::create(abc());
  EXPECT_EQ(*content.get("c"), Value(std::int8_t{3}));
  EXPECT_EQ(content.get(*abc()->find_field("c")), Value(std::int8_t{3}));
  EXPECT_TRUE(content.get_without_default("c")->is_null());
  EXPECT_TRUE(content.get_typed("c", Type::int8)->is_null());
  EXPECT_EQ(content.get_typed("c", Type::int16).error().message(),
            "Field 'c' is not of type INT16");
}

TEST(StructTest, ValidatePassesUnsetFieldsThatAreOptionalOrHaveADefault) {
  Struct content = *Struct::create(abc());
  EXPECT_EQ(content.validate().error().message(),
            "Invalid value: null used for required field: \"a\", schema type: INT32");
  ASSERT_TRUE(content.put("a", std::int32_t{1}));
  EXPECT_TRUE(content.validate());
}

TEST(StructTest, StructsInsideNeedAnEqualSchemaAndHaveToBeValid) {
  const SchemaPtr outer = SchemaBuilder::structure().field("inner", abc()).build_checked();
  Struct content = *Struct::create(outer);
  Struct inner = *Struct::create(abc());
  EXPECT_EQ(content.put("inner", inner).error().message(),
            "Invalid value: null used for required field: \"a\", schema type: INT32");
  ASSERT_TRUE(inner.put("a", std::int32_t{1}));
  EXPECT_TRUE(content.put("inner", inner));
  const Struct other = *Struct::create(SchemaBuilder::structure().build_checked());
  EXPECT_EQ(content.put("inner", other).error().message(), "Struct schemas do not match.");
}

TEST(StructTest, EqualMeansSchemaAndValues) {
  Struct one = *Struct::create(abc());
  Struct two = *Struct::create(abc());
  EXPECT_EQ(one, two);
  ASSERT_TRUE(two.put("b", "x"));
  EXPECT_FALSE(one == two);
  EXPECT_FALSE(one == *Struct::create(SchemaBuilder::structure().build_checked()));
}

TEST(StructTest, NeedsAStructSchema) {
  EXPECT_EQ(Struct::create(schemas::string()).error().message(),
            "Not a struct schema: Schema{STRING}");
  EXPECT_EQ(Struct::create(nullptr).error().message(), "Not a struct schema: null");
}

TEST(ValidateValueTest, NamesThePlaceLevelByLevel) {
  const SchemaPtr schema =
      SchemaBuilder::map(schemas::string(),
                         SchemaBuilder::array(schemas::of(Type::int32)).build_checked())
          .build_checked();
  const Value wrong(Value::Map{{"k", Value(Value::Array{nullptr})}});
  EXPECT_EQ(validate_value(schema, wrong, "field: \"f\"").error().message(),
            "Invalid value: null used for required element of array value of map field: \"f\", "
            "schema type: INT32");
}

TEST(ValidateValueTest, WithoutASchemaAnythingGoesButNotInsideOne) {
  EXPECT_TRUE(validate_value(nullptr, Value("x")));
  EXPECT_EQ(
      validate_value(SchemaBuilder::array_of_anything().build_checked(), Value(Value::Array{"x"}))
          .error()
          .message(),
      "No schema defined for element of array value");
}

TEST(ValidateValueTest, LogicalNamesChangeTheClassWhateverTheType) {
  const SchemaPtr odd =
      SchemaBuilder(Type::string).name(std::string(logical::date_name)).build_checked();
  EXPECT_TRUE(validate_value(odd, Value(Instant{})));
  EXPECT_EQ(validate_value(odd, Value("x")).error().message(),
            "Invalid Java object for schema \"org.apache.kafka.connect.data.Date\" with type "
            "STRING: class java.lang.String for value");
}

}  // namespace
}  // namespace millrace

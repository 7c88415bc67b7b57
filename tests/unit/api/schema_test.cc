#include "millrace/struct.h"

#include <gmock/gmock.h>

namespace millrace {
namespace {

using testing::IsNull;
using testing::NotNull;

SchemaPtr person(const std::string& doc = "") {
  SchemaBuilder builder = SchemaBuilder::structure();
  if (!doc.empty()) builder.doc(doc);
  return builder.name("Person")
      .field("name", schemas::string())
      .field("age", schemas::optional_of(Type::int32))
      .build_checked();
}

TEST(SchemaTest, ReadyMadeSchemasHaveNoReferenceCount) {
  const SchemaPtr copy = schemas::of(Type::int64);
  EXPECT_EQ(copy.use_count(), 0);
  EXPECT_EQ(copy.get(), schemas::of(Type::int64).get());
  EXPECT_EQ(copy->type(), Type::int64);
  EXPECT_FALSE(copy->optional());
  EXPECT_TRUE(schemas::optional_of(Type::int64)->optional());
}

TEST(SchemaTest, EqualMeansEveryMember) {
  EXPECT_TRUE(equal(person(), person()));
  EXPECT_FALSE(equal(person(), person("with a doc")));
  EXPECT_FALSE(equal(person(), nullptr));
  EXPECT_TRUE(equal(nullptr, nullptr));
  EXPECT_FALSE(equal(schemas::string(), schemas::optional_string()));
}

TEST(SchemaTest, ParametersAreEqualInAnyOrder) {
  const auto build = [](const char* first, const char* second) {
    return SchemaBuilder(Type::int8).parameter(first, "1").parameter(second, "1").build_checked();
  };
  EXPECT_TRUE(equal(build("a", "b"), build("b", "a")));
  EXPECT_FALSE(equal(build("a", "b"), build("a", "c")));
}

TEST(SchemaTest, FieldsAreEqualWithTheirPositions) {
  const auto build = [](const char* first, const char* second) {
    return SchemaBuilder::structure()
        .field(first, schemas::string())
        .field(second, schemas::string())
        .build_checked();
  };
  EXPECT_TRUE(equal(build("a", "b"), build("a", "b")));
  EXPECT_FALSE(equal(build("a", "b"), build("b", "a")));
}

TEST(SchemaTest, DefaultsAreEqualByContent) {
  const auto build = [](const Value& value) {
    return SchemaBuilder(Type::bytes).default_value(value).build_checked();
  };
  EXPECT_TRUE(equal(build(Bytes("a")), build(Bytes("a"))));
  EXPECT_FALSE(equal(build(Bytes("a")), build(Bytes("b"))));
}

TEST(SchemaTest, HasATextForm) {
  EXPECT_EQ(schemas::of(Type::int8)->to_string(), "Schema{INT8}");
  EXPECT_EQ(person()->to_string(), "Schema{Person:STRUCT}");
}

TEST(SchemaTest, FindsFields) {
  const SchemaPtr schema = person();
  ASSERT_THAT(schema->find_field("age"), NotNull());
  EXPECT_EQ(schema->find_field("age")->index, 1U);
  EXPECT_THAT(*schema->field("nope"), IsNull());
}

TEST(SchemaTest, AskingForTheWrongPartIsAnError) {
  const SchemaPtr number = schemas::of(Type::int8);
  EXPECT_EQ(number->fields().error().message(), "Cannot list fields on non-struct type");
  EXPECT_EQ(number->field("a").error().message(), "Cannot look up fields on non-struct type");
  EXPECT_EQ(number->key_schema().error().message(), "Cannot look up key schema on non-map type");
  EXPECT_EQ(number->value_schema().error().message(),
            "Cannot look up value schema on non-array and non-map type");
  EXPECT_EQ(number->fields().error().java_class(), "org.apache.kafka.connect.errors.DataException");
}

TEST(SchemaTest, LogicalTypesAreNamedSchemasOfVersionOne) {
  const SchemaPtr decimal = logical::decimal(2).build_checked();
  EXPECT_EQ(decimal->to_string(), "Schema{org.apache.kafka.connect.data.Decimal:BYTES}");
  EXPECT_EQ(decimal->version(), 1);
  EXPECT_EQ(*decimal->parameter("scale"), "2");
  EXPECT_EQ(logical::timestamp().build_checked()->type(), Type::int64);
}

}  // namespace
}  // namespace millrace

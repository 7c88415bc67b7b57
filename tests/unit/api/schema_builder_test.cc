#include "millrace/struct.h"

#include <gmock/gmock.h>

namespace millrace {
namespace {

TEST(SchemaBuilderTest, TheFirstErrorWinsAndNamesJavasException) {
  SchemaBuilder builder(Type::int32);
  builder.name("a").name("b").field("f", schemas::string());
  const Result<SchemaPtr> built = builder.build();
  ASSERT_FALSE(built);
  EXPECT_EQ(built.error().message(), "Invalid SchemaBuilder call: name has already been set.");
  EXPECT_EQ(built.error().java_class(), "org.apache.kafka.connect.errors.SchemaBuilderException");
  EXPECT_EQ(built.error().code(), ErrorCode::bad_record);
}

TEST(SchemaBuilderTest, TheSameValueMayBeSetAgain) {
  SchemaBuilder builder(Type::string);
  builder.name("a").name("a").version(2000).version(2000).optional().optional();
  builder.default_value("x").default_value("x");
  EXPECT_TRUE(builder.build());
}

TEST(SchemaBuilderTest, ANullDefaultLeavesRoomForAnother) {
  SchemaBuilder builder(Type::string);
  builder.optional().default_value(nullptr).default_value("x");
  const Result<SchemaPtr> built = builder.build();
  ASSERT_TRUE(built);
  EXPECT_EQ((*built)->default_value(), Value("x"));
}

TEST(SchemaBuilderTest, AWrongDefaultCarriesItsCause) {
  SchemaBuilder builder = SchemaBuilder::array(schemas::of(Type::int32));
  builder.default_value(Value::Array{"x"});
  const Result<SchemaPtr> built = builder.build();
  ASSERT_FALSE(built);
  EXPECT_EQ(built.error().message(), "Invalid default value");
  ASSERT_NE(built.error().cause(), nullptr);
  EXPECT_EQ(built.error().cause()->message(),
            "Invalid Java object for schema with type INT32: class java.lang.String for element "
            "of array value");
}

TEST(SchemaBuilderTest, TheDefaultIsKeptEvenIfItWasBorrowed) {
  std::string memory = "borrowed";
  const SchemaPtr schema =
      SchemaBuilder(Type::string).default_value(Text::borrow(memory)).build_checked();
  memory = "changed!";
  EXPECT_EQ(schema->default_value().view(), "borrowed");
}

TEST(SchemaBuilderTest, WhatWasBuiltNeverChanges) {
  SchemaBuilder builder = SchemaBuilder::structure();
  builder.field("a", schemas::string());
  const SchemaPtr first = builder.build_checked();
  SchemaBuilder copy = builder;
  builder.field("b", schemas::string()).doc("d");
  copy.field("c", schemas::string());
  EXPECT_EQ(first->raw_fields().size(), 1U);
  EXPECT_EQ(builder.build_checked()->raw_fields()[1].name, "b");
  EXPECT_EQ(copy.build_checked()->raw_fields()[1].name, "c");
  EXPECT_FALSE(copy.build_checked()->doc());
}

TEST(SchemaBuilderTest, StructsMayBeDefaults) {
  SchemaBuilder builder = SchemaBuilder::structure();
  builder.field("a", schemas::of(Type::int32));
  Struct content = *Struct::create(builder.build_checked());
  ASSERT_TRUE(content.put("a", std::int32_t{1}));
  EXPECT_TRUE(builder.default_value(content).build());
}

TEST(SchemaBuilderTest, ContentsOfContainersMayBeUnknown) {
  EXPECT_EQ(SchemaBuilder::array_of_anything().build_checked()->raw_value_schema(), nullptr);
  const SchemaPtr map = SchemaBuilder::map_of(schemas::string(), nullptr).build_checked();
  EXPECT_EQ(*map->key_schema(), schemas::string());
  EXPECT_EQ(*map->value_schema(), nullptr);
}

}  // namespace
}  // namespace millrace

#include "data/project.h"

#include "millrace/struct.h"

#include <gtest/gtest.h>

namespace millrace::data {
namespace {

std::string error(const SchemaPtr& source, const Value& value, const SchemaPtr& target) {
  const Result<Value> result = project(source, value, target);
  return result ? "none" : result.error().message();
}

TEST(ProjectTest, WidensAlongTheNumbersOnly) {
  EXPECT_EQ(*project(schemas::of(Type::int16), Value(std::int16_t{7}), schemas::of(Type::float64)),
            Value(7.0));
  EXPECT_EQ(*project(schemas::of(Type::float32), Value(0.5F), schemas::of(Type::float64)),
            Value(0.5));
  EXPECT_EQ(error(schemas::of(Type::float64), Value(0.5), schemas::of(Type::boolean)),
            "Schema type mismatch. source type: FLOAT64 and target type: BOOLEAN");
  EXPECT_EQ(error(schemas::of(Type::float32), Value(0.5F), schemas::of(Type::int64)),
            "Schema type mismatch. source type: FLOAT32 and target type: INT64");
}

TEST(ProjectTest, NamesWhatIsMissingNull) {
  const SchemaPtr named = SchemaBuilder(Type::int8).name("n").build_checked();
  const SchemaPtr with_parameters =
      SchemaBuilder(Type::int8).parameter("a", "1").parameter("b", "2").build_checked();
  EXPECT_EQ(error(schemas::of(Type::int8), nullptr, named),
            "Schema name mismatch. source name: null and target name: n");
  EXPECT_EQ(error(with_parameters, nullptr, schemas::of(Type::int8)),
            "Schema parameters not equal. source parameters: {a=1, b=2} and target parameters: "
            "null");
}

TEST(ProjectTest, ErrorsInsideCarryTheirCause) {
  const auto nested = [](const SchemaPtr& leaf) {
    const SchemaPtr inner = SchemaBuilder::structure().field("leaf", leaf).build_checked();
    return SchemaBuilder::structure().field("inner", inner).build_checked();
  };
  const SchemaPtr source = nested(schemas::string());
  Struct inner = *Struct::create(source->raw_fields()[0].schema);
  ASSERT_TRUE(inner.put("leaf", "x"));
  Struct outer = *Struct::create(source);
  ASSERT_TRUE(outer.put("inner", inner));
  const Result<Value> result = project(source, Value(outer), nested(schemas::of(Type::int8)));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message(), "Error projecting inner");
  EXPECT_EQ(result.error().java_class(),
            "org.apache.kafka.connect.errors.SchemaProjectorException");
  EXPECT_EQ(result.error().cause()->message(), "Error projecting leaf");
  EXPECT_EQ(result.error().cause()->cause()->message(),
            "Schema type mismatch. source type: STRING and target type: INT8");
}

TEST(ProjectTest, AValueThatIsNotOfItsSchemaIsAnErrorNotACrash) {
  EXPECT_EQ(error(schemas::of(Type::int8), Value("x"), schemas::of(Type::int16)),
            "a value of class java.lang.String cannot be widened to INT16");
  const SchemaPtr list = SchemaBuilder::array(schemas::string()).build_checked();
  EXPECT_EQ(error(list, Value("x"), list),
            "a value of class java.lang.String is not one of schema type ARRAY");
}

TEST(ProjectTest, ContentsOfUnknownTypeStayAsTheyAre) {
  const SchemaPtr list = SchemaBuilder::array_of_anything().build_checked();
  const Value value(Value::Array{"x", std::int8_t{1}});
  EXPECT_EQ(*project(list, value, list), value);
  EXPECT_NE(error(list, value, SchemaBuilder::array(schemas::string()).build_checked()), "none");
}

}  // namespace
}  // namespace millrace::data

#include "data/values.h"

#include "millrace/struct.h"

#include <gmock/gmock.h>

#include <chrono>
#include <limits>

namespace millrace::data {
namespace {

Instant at(std::int64_t milliseconds) { return Instant(std::chrono::milliseconds(milliseconds)); }
SchemaPtr date() { return logical::date().build_checked(); }
SchemaPtr time() { return logical::time().build_checked(); }
SchemaPtr timestamp() { return logical::timestamp().build_checked(); }

/// The value, or the error's message as a text.
Value converted(const SchemaPtr& to, const SchemaPtr& from, const Value& value) {
  const Result<Value> result = convert(*to, from, value);
  return result ? *result : Value("error: " + result.error().message());
}

TEST(ConvertTest, FloatsSaturateAndThenLoseTheirHighBits) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(converted(schemas::of(Type::int64), nullptr, 1e30),
            Value(std::numeric_limits<std::int64_t>::max()));
  EXPECT_EQ(converted(schemas::of(Type::int64), nullptr, -1e30),
            Value(std::numeric_limits<std::int64_t>::min()));
  EXPECT_EQ(converted(schemas::of(Type::int8), nullptr, 1e30), Value(std::int8_t{-1}));
  EXPECT_EQ(converted(schemas::of(Type::int32), nullptr, nan), Value(std::int32_t{0}));
}

TEST(ConvertTest, HugeDecimalsCostNothing) {
  EXPECT_EQ(converted(schemas::of(Type::int64), nullptr, "1e2000000000"), Value(std::int64_t{0}));
  EXPECT_EQ(converted(schemas::of(Type::float64), nullptr, "1e2000000000"),
            Value(std::numeric_limits<double>::infinity()));
}

TEST(ConvertTest, InstantsBecomeNumbersByTheirSchema) {
  EXPECT_EQ(converted(schemas::of(Type::int64), date(), at(86'400'000)), Value(std::int64_t{1}));
  EXPECT_EQ(converted(schemas::of(Type::float64), time(), at(5)), Value(5.0));
  EXPECT_EQ(converted(schemas::of(Type::boolean), timestamp(), at(0)), Value(false));
}

TEST(ConvertTest, TimestampsAreCutToDatesAndTimes) {
  EXPECT_EQ(converted(date(), timestamp(), at(86'400'005)), Value(at(86'400'000)));
  EXPECT_EQ(converted(date(), timestamp(), at(-1)), Value(at(0)));
  EXPECT_EQ(converted(time(), timestamp(), at(-1)), Value(at(86'399'999)));
}

TEST(ConvertTest, TextIsParsedForBooleansContainersAndInstants) {
  EXPECT_EQ(converted(schemas::of(Type::boolean), nullptr, " true "), Value(true));
  EXPECT_EQ(converted(date(), nullptr, "1970-01-02"), Value(at(86'400'000)));
  EXPECT_EQ(converted(date(), nullptr, "null"),
            Value("error: Unable to convert null (class java.lang.String) to a number"));
  EXPECT_EQ(converted(SchemaBuilder::array_of_anything().build_checked(), nullptr, "{}"),
            Value("error: Unable to convert {} (class java.util.HashMap) to Schema{ARRAY}"));
}

TEST(ConvertTest, DecimalsGoToBytesAndBack) {
  const SchemaPtr decimal = logical::decimal(1).build_checked();
  EXPECT_EQ(converted(decimal, nullptr, Bytes(std::string_view("\0\x0f", 2))),
            Value(Decimal{"\x0f", 1}));
  EXPECT_EQ(
      converted(decimal, nullptr, std::numeric_limits<double>::infinity()).view().substr(0, 5),
      "error");
  EXPECT_EQ(converted(schemas::bytes(), nullptr, Decimal{"\x0f", 1}),
            Value("error: Invalid Decimal schema: scale parameter not found."));
}

TEST(ConvertTest, StructsAreNotMadeFromText) {
  const SchemaPtr schema = SchemaBuilder::structure().build_checked();
  const Value content(*Struct::create(schema));
  EXPECT_EQ(converted(schema, schema, content), content);
  EXPECT_EQ(converted(schema, nullptr, "{}"),
            Value("error: Unable to convert {} (class java.lang.String) to Schema{STRUCT}"));
}

TEST(InferSchemaTest, LosesWhatLiesDeeper) {
  const SchemaPtr schema =
      infer_schema(Value(Value::Array{Value(Value::Array{std::int8_t{1}}), nullptr}));
  ASSERT_NE(schema, nullptr);
  const SchemaPtr element = *schema->value_schema();
  EXPECT_EQ(element->type(), Type::array);
  EXPECT_TRUE(element->optional());
  EXPECT_EQ(*element->value_schema(), nullptr);
}

TEST(InferSchemaTest, NullsAloneHaveNone) {
  EXPECT_EQ(infer_schema(Value(Value::Array{nullptr})), nullptr);
  EXPECT_EQ(infer_schema(Value()), nullptr);
  EXPECT_EQ(infer_schema(Value(Instant{})), nullptr);
}

TEST(InferSchemaTest, StructsBringTheirOwn) {
  const SchemaPtr schema = SchemaBuilder::structure().name("N").build_checked();
  EXPECT_EQ(infer_schema(Value(*Struct::create(schema))), schema);
}

}  // namespace
}  // namespace millrace::data

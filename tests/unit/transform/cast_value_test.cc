#include "transform/cast_value.h"

#include "base/java_decimal.h"
#include "transform/cast_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace millrace {
namespace {

using transform::cast_value;

Value cast(const Value& value, Type to, const SchemaPtr& schema = nullptr) {
  Result<Value> made = cast_value(schema, value, to);
  return made ? *std::move(made) : Value(made.error().message());
}

TEST(CastValue, RealNumbersSaturateAt64Or32Bits) {
  constexpr double inf = std::numeric_limits<double>::infinity();
  EXPECT_EQ(cast(inf, Type::int64), Value(std::numeric_limits<std::int64_t>::max()));
  EXPECT_EQ(cast(-inf, Type::int64), Value(std::numeric_limits<std::int64_t>::min()));
  EXPECT_EQ(cast(9.3e18, Type::int64), Value(std::numeric_limits<std::int64_t>::max()));
  EXPECT_EQ(cast(-2147483649.5, Type::int32), Value(std::numeric_limits<std::int32_t>::min()));
  EXPECT_EQ(cast(1e12F, Type::int8), Value(std::int8_t{-1}));
  EXPECT_EQ(cast(std::nan(""), Type::int16), Value(std::int16_t{0}));
  EXPECT_EQ(cast(-1.9, Type::int32), Value(std::int32_t{-1}));
}

TEST(CastValue, WholeNumbersAndDecimalsKeepTheirLowBits) {
  EXPECT_EQ(cast(std::int64_t{0x1'0000'0001}, Type::int32), Value(std::int32_t{1}));
  EXPECT_EQ(cast(std::int32_t{300}, Type::int8), Value(std::int8_t{44}));
  EXPECT_EQ(cast(*parse_decimal("-300.9"), Type::int8, logical::decimal(1).build_checked()),
            Value(std::int8_t{-44}));
}

TEST(CastValue, TextIsReadAsJavaReadsIt) {
  EXPECT_EQ(cast("+5", Type::int8), Value(std::int8_t{5}));
  EXPECT_EQ(cast(" 5", Type::int8), Value("Value ( 5) was out of range for requested data type"));
  EXPECT_EQ(cast(" 0x1p3 ", Type::float64), Value(8.0));
  EXPECT_EQ(cast("tRuE", Type::boolean), Value(true));
  EXPECT_EQ(cast(" true", Type::boolean), Value(false));
  EXPECT_EQ(cast("", Type::float32), Value("Value () was out of range for requested data type"));
}

TEST(CastValue, BooleansAreOneAndZero) {
  EXPECT_EQ(cast(true, Type::float64), Value(1.0));
  EXPECT_EQ(cast(false, Type::int16), Value(std::int16_t{0}));
  EXPECT_EQ(cast(0.9F, Type::boolean), Value(false));
  EXPECT_EQ(cast(std::int8_t{-1}, Type::boolean), Value(true));
}

TEST(CastValue, NullStaysNull) {
  EXPECT_EQ(cast(nullptr, Type::int8), Value());
  EXPECT_EQ(cast(nullptr, Type::string, schemas::optional_string()), Value());
}

TEST(CastSpec, TheLaterOfTwoCastsOfAFieldCounts) {
  const auto spec = transform::parse_cast_spec({"a:int8", " b : String ", "a:int16"});
  ASSERT_TRUE(spec) << spec.error().message();
  ASSERT_EQ(spec->fields.size(), 2U);
  EXPECT_EQ(spec->fields[0].field, "b");
  EXPECT_EQ(spec->fields[1].type, Type::int16);
  EXPECT_FALSE(spec->whole);
}

TEST(CastSpec, AWholeCastStandsAlone) {
  EXPECT_EQ(transform::parse_cast_spec({"int8"})->whole, Type::int8);
  EXPECT_EQ(transform::parse_cast_spec({"int8", "a:int8"}).error().message(),
            "Cast transformations that specify a type to cast the entire value to may only "
            "specify a single cast in their spec");
  EXPECT_EQ(transform::parse_cast_spec({"a:struct"}).error().message(),
            "Cast transformation does not support casting to STRUCT; supported types are [INT8, "
            "INT16, INT32, INT64, FLOAT32, FLOAT64, BOOLEAN, STRING]");
}

}  // namespace
}  // namespace millrace

#include "data/logical.h"

#include <gtest/gtest.h>

#include <chrono>

namespace millrace::data {
namespace {

Instant at(std::int64_t milliseconds) { return Instant(std::chrono::milliseconds(milliseconds)); }

TEST(LogicalTest, DecimalsAreNeverRescaled) {
  const SchemaPtr schema = logical::decimal(2).build_checked();
  EXPECT_EQ(decimal_to_bytes(*schema, {"\x0f", 2})->view(), "\x0f");
  EXPECT_EQ(decimal_to_bytes(*schema, {"\x0f", 1}).error().message(),
            "Decimal value has mismatching scale for given Decimal schema. Schema has scale 2, "
            "value has scale 1.");
}

TEST(LogicalTest, DecimalsUseTheFewestBytes) {
  const SchemaPtr schema = logical::decimal(0).build_checked();
  EXPECT_EQ(decimal_from_bytes(*schema, std::string_view("\0\0\x0f", 3)), (Decimal{"\x0f", 0}));
  EXPECT_EQ(decimal_to_bytes(*schema, {std::string("\0\0\x0f", 3), 0})->view(), "\x0f");
  EXPECT_FALSE(decimal_from_bytes(*schema, ""));
}

TEST(LogicalTest, TheScaleHasToBeAWholeNumber) {
  const SchemaPtr& none = schemas::bytes();
  const SchemaPtr wrong = SchemaBuilder(Type::bytes).parameter("scale", "x").build_checked();
  EXPECT_EQ(decimal_scale(*none).error().message(),
            "Invalid Decimal schema: scale parameter not found.");
  EXPECT_EQ(decimal_scale(*wrong).error().message(),
            "Invalid scale parameter found in Decimal schema: ");
  EXPECT_EQ(decimal_scale(*logical::decimal(-3).build_checked()), -3);
}

TEST(LogicalTest, DatesAreWholeDays) {
  const SchemaPtr schema = logical::date().build_checked();
  EXPECT_EQ(date_to_days(*schema, at(-86'400'000)), -1);
  EXPECT_EQ(date_to_days(*schema, at(1)).error().message(),
            "Kafka Connect Date type should not have any time fields set to non-zero values.");
  EXPECT_EQ(date_from_days(*schema, -1), at(-86'400'000));
}

TEST(LogicalTest, TimesLieWithinTheFirstDayBothEndsIncluded) {
  const SchemaPtr schema = logical::time().build_checked();
  EXPECT_EQ(time_to_millis(*schema, at(86'400'000)), 86'400'000);
  EXPECT_EQ(time_to_millis(*schema, at(-1)).error().message(),
            "Kafka Connect Time type should not have any date fields set to non-zero values.");
  EXPECT_EQ(time_from_millis(*schema, 0), at(0));
  EXPECT_EQ(time_from_millis(*schema, 86'400'001).error().message(),
            "Time values must use number of milliseconds greater than 0 and less than 86400000");
}

TEST(LogicalTest, TheSchemaHasToHaveTheName) {
  const Schema& plain = *schemas::of(Type::int32);
  const auto refused = [](const char* type) {
    return "Requested conversion of " + std::string(type) +
           " object but the schema does not match.";
  };
  EXPECT_EQ(date_to_days(plain, at(0)).error().message(), refused("Date"));
  EXPECT_EQ(time_to_millis(plain, at(0)).error().message(), refused("Time"));
  EXPECT_EQ(time_from_millis(plain, 0).error().message(), refused("Date"));
  EXPECT_EQ(timestamp_from_millis(plain, 0).error().message(), refused("Timestamp"));
}

}  // namespace
}  // namespace millrace::data

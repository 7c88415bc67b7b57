#include "base/java_number.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

namespace millrace {
namespace {

TEST(JavaNumberTest, WritesPlainAndScientificForms) {
  EXPECT_EQ(java_number(0.0), "0.0");
  EXPECT_EQ(java_number(-0.0), "-0.0");
  EXPECT_EQ(java_number(1.0), "1.0");
  EXPECT_EQ(java_number(-123.456), "-123.456");
  EXPECT_EQ(java_number(0.001), "0.001");
  EXPECT_EQ(java_number(0.00099), "9.9E-4");
  EXPECT_EQ(java_number(9999999.0), "9999999.0");
  EXPECT_EQ(java_number(9999999.999), "9999999.999");
  EXPECT_EQ(java_number(1e7), "1.0E7");
  EXPECT_EQ(java_number(1.2e-4), "1.2E-4");
  EXPECT_EQ(java_number(1.5e300), "1.5E300");
  EXPECT_EQ(java_number(2e23), "2.0E23");
  EXPECT_EQ(java_number(1e23), "1.0E23");
  EXPECT_EQ(java_number(std::numeric_limits<double>::max()), "1.7976931348623157E308");
  EXPECT_EQ(java_number(std::nan("")), "NaN");
  EXPECT_EQ(java_number(std::numeric_limits<double>::infinity()), "Infinity");
  EXPECT_EQ(java_number(-std::numeric_limits<float>::infinity()), "-Infinity");
}

TEST(JavaNumberTest, WritesTheNearestTwoDigitsWhereOneWouldDo) {
  EXPECT_EQ(java_number(std::numeric_limits<double>::denorm_min()), "4.9E-324");
  EXPECT_EQ(java_number(2 * std::numeric_limits<double>::denorm_min()), "9.9E-324");
  EXPECT_EQ(java_number(std::numeric_limits<float>::denorm_min()), "1.4E-45");
}

TEST(JavaNumberTest, WritesFloatsWithTheirOwnPrecision) {
  EXPECT_EQ(java_number(0.1F), "0.1");
  EXPECT_EQ(java_number(3.141592653589793F), "3.1415927");
  EXPECT_EQ(java_number(1.0e10F), "1.0E10");
  EXPECT_EQ(java_number(16777216.0F), "1.6777216E7");
}

TEST(JavaNumberTest, EveryNumberComesBack) {
  std::mt19937_64 random(20240811);
  for (int i = 0; i < 100'000; ++i) {
    const std::uint64_t bits = random();
    const auto number = std::bit_cast<double>(bits);
    const auto small = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    if (!std::isnan(number)) {
      ASSERT_EQ(parse_java_float<double>(java_number(number)), number) << java_number(number);
    }
    if (!std::isnan(small)) {
      ASSERT_EQ(parse_java_float<float>(java_number(small)), small) << java_number(small);
    }
  }
}

TEST(JavaNumberTest, ReadsWholeNumbersStrictly) {
  EXPECT_EQ(parse_java_integer<std::int8_t>("+127"), 127);
  EXPECT_EQ(parse_java_integer<std::int8_t>("-128"), -128);
  EXPECT_EQ(parse_java_integer<std::int64_t>("-9223372036854775808"),
            std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(parse_java_integer<std::int32_t>("007"), 7);
  for (const char* text : {"", "+", "-", "+-1", "--1", " 1", "1 ", "1.0", "0x1", "2147483648"}) {
    EXPECT_EQ(parse_java_integer<std::int32_t>(text), std::nullopt) << text;
  }
  EXPECT_EQ(parse_java_integer<std::int8_t>("128"), std::nullopt);
}

TEST(JavaNumberTest, ReadsDoublesLeniently) {
  EXPECT_EQ(parse_java_float<double>(" \t1.5\n"), 1.5);
  EXPECT_EQ(parse_java_float<double>("1."), 1.0);
  EXPECT_EQ(parse_java_float<double>(".5"), 0.5);
  EXPECT_EQ(parse_java_float<double>("+1e3"), 1000.0);
  EXPECT_EQ(parse_java_float<double>("1.5d"), 1.5);
  EXPECT_EQ(parse_java_float<double>("1.5F"), 1.5);
  EXPECT_EQ(parse_java_float<double>("-Infinity"), -std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(parse_java_float<double>("NaN").value_or(0)));
  EXPECT_EQ(parse_java_float<double>("0x1.8p1"), 3.0);
  EXPECT_EQ(parse_java_float<double>("-0X.8P+1f"), -1.0);
  for (const char* text : {"", " ", ".", "e5", "1e", "1e+", "1,5", "0x1", "0x1p", "0xp1", "nan",
                           "NaNd", "inf", "1 2", "--1", "1dd", "d", "+", "1_0"}) {
    EXPECT_EQ(parse_java_float<double>(text), std::nullopt) << text;
  }
}

TEST(JavaNumberTest, TooLargeIsInfiniteAndTooSmallIsZero) {
  EXPECT_EQ(parse_java_float<double>("1e400"), std::numeric_limits<double>::infinity());
  EXPECT_EQ(parse_java_float<double>("-1e400"), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(parse_java_float<double>("1e-400"), 0.0);
  EXPECT_TRUE(std::signbit(*parse_java_float<double>("-1e-400")));
  EXPECT_EQ(parse_java_float<float>("1e39"), std::numeric_limits<float>::infinity());
  EXPECT_EQ(parse_java_float<double>("0e99999999999"), 0.0);
  EXPECT_EQ(parse_java_float<double>("1e99999999999"), std::numeric_limits<double>::infinity());
  EXPECT_EQ(parse_java_float<double>("1e-99999999999"), 0.0);
  EXPECT_EQ(parse_java_float<double>("0." + std::string(400, '0') + "1e401"), 1.0);
  EXPECT_EQ(parse_java_float<double>("0x1p9999"), std::numeric_limits<double>::infinity());
}

}  // namespace
}  // namespace millrace

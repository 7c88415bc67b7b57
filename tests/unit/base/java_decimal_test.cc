#include "base/java_decimal.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace millrace {
namespace {

std::string round_trip(std::string_view text) {
  const std::optional<Decimal> decimal = parse_decimal(text);
  return decimal ? decimal_text(*decimal) : "none";
}

DecimalDigits digits(std::string_view text) { return parse_decimal_digits(text).value(); }

TEST(JavaDecimalTest, KeepsTheScale) {
  EXPECT_EQ(round_trip("1.50"), "1.50");
  EXPECT_EQ(round_trip("-0.00"), "0.00");
  EXPECT_EQ(round_trip("+007"), "7");
  EXPECT_EQ(round_trip("5."), "5");
  EXPECT_EQ(round_trip(".5"), "0.5");
  EXPECT_EQ(round_trip("1e3"), "1E+3");
  EXPECT_EQ(round_trip("1.5e-10"), "1.5E-10");
  EXPECT_EQ(round_trip("0.000001"), "0.000001");
  EXPECT_EQ(round_trip("0.0000001"), "1E-7");
  EXPECT_EQ(round_trip("123456789012345678901234567890.5"), "123456789012345678901234567890.5");
  EXPECT_EQ(round_trip("-99999999999999999999"), "-99999999999999999999");
  EXPECT_EQ(round_trip("1e2147483647"), "1E+2147483647");
}

TEST(JavaDecimalTest, RefusesEverythingElse) {
  for (const char* text : {"", ".", "+", "1e", "e1", "1e+", " 1", "1 ", "1.2.3", "1f", "0x1", "--1",
                           "1e2147483649", "1e99999999999", "NaN", "1e1.5", "1_0"}) {
    EXPECT_EQ(round_trip(text), "none") << text;
  }
  EXPECT_EQ(round_trip("1e00000000000003"), "1E+3");
}

TEST(JavaDecimalTest, UsesTheFewestBytes) {
  EXPECT_EQ(parse_decimal("0")->unscaled, std::string(1, '\0'));
  EXPECT_EQ(parse_decimal("127")->unscaled, "\x7f");
  EXPECT_EQ(parse_decimal("128")->unscaled, std::string("\0\x80", 2));
  EXPECT_EQ(parse_decimal("-128")->unscaled, "\x80");
  EXPECT_EQ(parse_decimal("-129")->unscaled, "\xff\x7f");
  EXPECT_EQ(parse_decimal("-1")->unscaled, "\xff");
  EXPECT_EQ(parse_decimal("18446744073709551616")->unscaled,
            std::string("\x01\0\0\0\0\0\0\0\0", 9));
  EXPECT_EQ(parse_decimal("-18446744073709551616")->unscaled,
            std::string("\xff\0\0\0\0\0\0\0\0", 9));
  EXPECT_EQ(fewest_bytes(std::string_view("\0\0\x7f", 3)), "\x7f");
  EXPECT_EQ(fewest_bytes("\xff\xff\x80"), "\x80");
}

TEST(JavaDecimalTest, ReadsBytesThatAreLongerThanNeeded) {
  EXPECT_EQ(decimal_text({std::string("\0\0\0\0\0\0\0\0\0\x05", 10), 1}), "0.5");
  EXPECT_EQ(decimal_text({std::string(12, '\xff'), 0}), "-1");
  EXPECT_EQ(decimal_text({"", 0}), "0");
}

TEST(JavaDecimalTest, RandomDigitsComeBack) {
  std::mt19937 random(7);
  for (int i = 0; i < 5'000; ++i) {
    std::string text(1 + random() % 60, '0');
    for (char& c : text) c = static_cast<char>('0' + random() % 10);
    text.erase(0, std::min(text.find_first_not_of('0'), text.size() - 1));
    if (text != "0" && random() % 2 == 0) text.insert(0, "-");
    ASSERT_EQ(round_trip(text), text);
  }
}

TEST(JavaDecimalTest, FindsWholeNumbers) {
  EXPECT_EQ(exact_int64(digits("5.00")), 5);
  EXPECT_EQ(exact_int64(digits("-1e3")), -1000);
  EXPECT_EQ(exact_int64(digits("0e-2147483647")), 0);
  EXPECT_EQ(exact_int64(digits("-9223372036854775808")), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(exact_int64(digits("9223372036854775808")), std::nullopt);
  EXPECT_EQ(exact_int64(digits("1e19")), std::nullopt);
  EXPECT_EQ(exact_int64(digits("1e2147483647")), std::nullopt);
  EXPECT_EQ(exact_int64(digits("0.5")), std::nullopt);
  EXPECT_EQ(exact_int64(digits("10.05")), std::nullopt);
}

TEST(JavaDecimalTest, CutsToTheLowBits) {
  EXPECT_EQ(low_bits(digits("12.9")), 12);
  EXPECT_EQ(low_bits(digits("-12.9")), -12);
  EXPECT_EQ(low_bits(digits("0.9")), 0);
  EXPECT_EQ(low_bits(digits("18446744073709551617")), 1);
  EXPECT_EQ(low_bits(digits("1e63")), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(low_bits(digits("1e2147483647")), 0);
  EXPECT_EQ(low_bits(digits("1e-2147483647")), 0);
}

TEST(JavaDecimalTest, BecomesTheNearestFloat) {
  EXPECT_EQ(to_double(digits("0.1")), 0.1);
  EXPECT_EQ(to_float(digits("16777217")), 16777216.0F);
  EXPECT_EQ(to_double(digits("-1e2147483647")), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(to_double(digits("1e-2147483647")), 0.0);
  EXPECT_FALSE(std::signbit(to_double(digits("-0"))));
}

TEST(JavaDecimalTest, IsMadeFromNumbers) {
  EXPECT_EQ(decimal_text(decimal_from(std::int64_t{-70000})), "-70000");
  EXPECT_EQ(decimal_text(*decimal_from(5.0)), "5.0");
  EXPECT_EQ(decimal_text(*decimal_from(1e23)), "1.0E+23");
  EXPECT_EQ(decimal_from(std::nan("")), std::nullopt);
  EXPECT_EQ(decimal_from(std::numeric_limits<double>::infinity()), std::nullopt);
}

}  // namespace
}  // namespace millrace

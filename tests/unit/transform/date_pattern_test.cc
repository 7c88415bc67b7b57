#include "transform/date_pattern.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace millrace {
namespace {

using transform::DatePattern;

Instant at(std::int64_t millis) { return Instant(std::chrono::milliseconds(millis)); }

const Instant now = at(1'700'000'000'123);  // 2023-11-14T22:13:20.123Z, a Tuesday

DatePattern pattern(const std::string& text) {
  Result<DatePattern> compiled = DatePattern::compile(text, now);
  if (!compiled) {
    ADD_FAILURE() << text << ": " << compiled.error().message();
    return *DatePattern::compile("", now);
  }
  return *std::move(compiled);
}

std::string written(const std::string& text, std::int64_t millis = 1'700'000'000'123) {
  return pattern(text).format(at(millis));
}

/// The moment as ISO text.
std::string read(const std::string& text, const std::string& date) {
  const auto instant = pattern(text).parse(date);
  return instant ? written("yyyy-MM-dd HH:mm:ss.SSS", instant->time_since_epoch().count()) : "none";
}

std::string compile_error(const std::string& text) {
  const auto compiled = DatePattern::compile(text, now);
  return compiled ? "" : compiled.error().java_class() + ": " + compiled.error().message();
}

TEST(DatePattern, Writes) {
  EXPECT_EQ(written("yyyy-MM-dd'T'HH:mm:ss.SSSZ"), "2023-11-14T22:13:20.123+0000");
  EXPECT_EQ(written("y yy yyy yyyyy"), "2023 23 2023 02023");
  EXPECT_EQ(written("M MM MMM MMMM L"), "11 11 Nov November 11");
  EXPECT_EQ(written("E EEEE u"), "Tue Tuesday 2");
  EXPECT_EQ(written("H k K h a"), "22 22 10 10 PM");
  EXPECT_EQ(written("H k K h a", 0), "0 24 0 12 AM");
  EXPECT_EQ(written("D d F w W"), "318 14 2 46 3");
  EXPECT_EQ(written("G z zzzz X XX XXX"), "AD UTC Coordinated Universal Time Z Z Z");
  EXPECT_EQ(written("S SSSSS"), "123 00123");
  EXPECT_EQ(written("''yyyy'' 'o''clock'"), "'2023' o'clock");
}

TEST(DatePattern, WeeksBeginOnSundayAndTheFirstHoldsJanuaryFirst) {
  EXPECT_EQ(written("YYYY-ww", 1'704'067'199'000), "2024-01");  // 2023-12-31, a Sunday
  EXPECT_EQ(written("YYYY-ww", 1'703'980'799'000), "2023-52");  // the day before
  EXPECT_EQ(written("YYYY-ww W", 1'704'067'200'000), "2024-01 1");
}

TEST(DatePattern, DaysBefore1582AreJulian) {
  EXPECT_EQ(written("yyyy-MM-dd", -12'219'292'800'000), "1582-10-15");
  EXPECT_EQ(written("yyyy-MM-dd", -12'219'292'800'001), "1582-10-04");
  EXPECT_EQ(written("yyyy G", -62'135'769'600'001 - 2 * 86'400'000), "0001 BC");
  EXPECT_EQ(read("yyyy-MM-dd G", "0001-01-01 BC"), "0001-01-01 00:00:00.000");
  EXPECT_LT(pattern("yyyy G").parse("0001 BC"), pattern("yyyy G").parse("0001 AD"));
}

TEST(DatePattern, RefusesWhatJavaRefuses) {
  EXPECT_EQ(compile_error("bad-format"),
            "java.lang.IllegalArgumentException: Illegal pattern character 'b'");
  EXPECT_EQ(compile_error("yyyy'T"), "java.lang.IllegalArgumentException: Unterminated quote");
  EXPECT_EQ(compile_error("XXXX"),
            "java.lang.IllegalArgumentException: invalid ISO 8601 format: length=4");
  EXPECT_EQ(compile_error("yyyy-MM-ddTHH"),
            "java.lang.IllegalArgumentException: Illegal pattern character 'T'");
}

TEST(DatePattern, ReadsFieldsAndWhatIsMissingIsThatOf1970) {
  EXPECT_EQ(read("yyyy-MM-dd HH:mm:ss.SSS", "2023-11-14 22:13:20.123"), "2023-11-14 22:13:20.123");
  EXPECT_EQ(read("HH:mm", "22:13"), "1970-01-01 22:13:00.000");
  EXPECT_EQ(read("MMM yyyy", "nov 2023"), "2023-11-01 00:00:00.000");
  EXPECT_EQ(read("MMM yyyy", "NOVEMBER 2023"), "2023-11-01 00:00:00.000");
  EXPECT_EQ(read("EEE, d MMM yyyy h:mm a", "Tue, 14 Nov 2023 10:13 PM"), "2023-11-14 22:13:00.000");
  EXPECT_EQ(read("h a", "12 am"), "1970-01-01 00:00:00.000");
  EXPECT_EQ(read("k", "24"), "1970-01-01 00:00:00.000");
}

TEST(DatePattern, NumbersThatAdjoinAreAsLongAsTheirLetters) {
  EXPECT_EQ(read("yyyyMMddHHmmssSSS", "20231114221320123"), "2023-11-14 22:13:20.123");
  EXPECT_EQ(read("yyyyMMdd", "2023111"), "2023-11-01 00:00:00.000");
  EXPECT_EQ(read("ha", "10pm"), "1970-01-01 22:00:00.000");  // no number follows
  EXPECT_EQ(read("HHmm", "9"), "none");
}

TEST(DatePattern, IsLenient) {
  EXPECT_EQ(read("yyyy-MM-dd", "2023-13-32"), "2024-02-01 00:00:00.000");
  EXPECT_EQ(read("HH:mm", "25:61"), "1970-01-02 02:01:00.000");
  EXPECT_EQ(read("ss.SSS", "5.3"), "1970-01-01 00:00:05.003");
  EXPECT_EQ(read("yyyy-MM-dd", "  2023-  1-\t2"), "2023-01-02 00:00:00.000");
  EXPECT_EQ(read("d/M", "-1/1"), "1969-12-30 00:00:00.000");
  EXPECT_EQ(read("yyyy-MM-dd", "2023-11-14 and more"), "2023-11-14 00:00:00.000");
}

TEST(DatePattern, TwoDigitsOfAYearLieWithinAHundredYears) {
  EXPECT_EQ(read("dd/MM/yy", "05/01/99"), "1999-01-05 00:00:00.000");
  EXPECT_EQ(read("dd/MM/yy", "05/01/24"), "2024-01-05 00:00:00.000");
  EXPECT_EQ(read("dd/MM/yy", "13/11/43"), "2043-11-13 00:00:00.000");  // not yet 80 years ago
  EXPECT_EQ(read("dd/MM/yy", "15/11/43"), "1943-11-15 00:00:00.000");
  EXPECT_EQ(read("dd/MM/yy", "05/01/2099"), "2099-01-05 00:00:00.000");
  EXPECT_EQ(read("dd/MM/yy", "05/01/9"), "0009-01-05 00:00:00.000");
  EXPECT_EQ(read("dd/MM/yyyy", "05/01/99"), "0099-01-05 00:00:00.000");
}

TEST(DatePattern, ReadsZones) {
  EXPECT_EQ(read("HH:mm Z", "12:00 +0130"), "1970-01-01 10:30:00.000");
  EXPECT_EQ(read("HH:mmX", "12:00-02"), "1970-01-01 14:00:00.000");
  EXPECT_EQ(read("HH:mmXX", "12:00-0230"), "1970-01-01 14:30:00.000");
  EXPECT_EQ(read("HH:mmXXX", "12:00+02:00"), "1970-01-01 10:00:00.000");
  EXPECT_EQ(read("HH:mmXXX", "12:00Z"), "1970-01-01 12:00:00.000");
  EXPECT_EQ(read("HH:mm z", "12:00 EST"), "1970-01-01 17:00:00.000");
  EXPECT_EQ(read("HH:mm z", "12:00 pdt"), "1970-01-01 19:00:00.000");
  EXPECT_EQ(read("HH:mm z", "12:00 GMT+2:00"), "1970-01-01 10:00:00.000");
  EXPECT_EQ(read("HH:mm z", "12:00 GMT"), "1970-01-01 12:00:00.000");
  EXPECT_EQ(read("HH:mm z", "12:00 Pacific Standard Time"), "1970-01-01 20:00:00.000");
  EXPECT_EQ(read("HH:mm z", "12:00 XYZ"), "none");
  EXPECT_EQ(read("HH:mmXXX", "12:00+0200"), "none");
  EXPECT_EQ(read("HH:mmXX", "12:00+02"), "none");
  EXPECT_EQ(read("HH:mm Z", "12:00 +2400"), "none");
}

TEST(DatePattern, ReadsWeeksAndDaysOfTheYear) {
  EXPECT_EQ(read("YYYY-'W'ww-u", "2024-W01-7"), "2023-12-31 00:00:00.000");
  EXPECT_EQ(read("YYYY-'W'ww-u", "2023-W46-2"), "2023-11-14 00:00:00.000");
  EXPECT_EQ(read("yyyy ww E", "2023 46 Tue"), "2023-11-14 00:00:00.000");
  EXPECT_EQ(read("yyyy DDD", "2023 318"), "2023-11-14 00:00:00.000");
  EXPECT_EQ(read("yyyy MM F E", "2023 11 2 Tue"), "2023-11-14 00:00:00.000");
  EXPECT_EQ(read("yyyy MM W E", "2023 11 3 Tue"), "2023-11-14 00:00:00.000");
  EXPECT_EQ(read("yyyy-MM-dd E", "2023-11-14 Fri"), "2023-11-14 00:00:00.000");  // the day wins
}

TEST(DatePattern, WhatDoesNotMatchIsNoDate) {
  EXPECT_EQ(read("yyyy-MM-dd", "14.11.2023"), "none");
  EXPECT_EQ(read("yyyy-MM-dd", ""), "none");
  EXPECT_EQ(read("MMM", "Foo"), "none");
  EXPECT_EQ(read("yyyy", "+2023"), "none");
}

TEST(DatePatternProperty, ReadsWhatItHasWritten) {
  std::mt19937_64 random(11);
  for (const char* text :
       {"yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "yyyyMMddHHmmssSSS", "EEEE, d MMMM yyyy G hh:mm:ss.SSS a z",
        "yyyy D k:m:s S", "YYYY ww u HH:mm:ss.SSS", "yyyy M W E HH:mm:ss.SSS",
        "yyyy M F E HH:mm:ss.SSS"}) {
    const DatePattern form = pattern(text);
    for (int round = 0; round < 5'000; ++round) {
      // Years 1600 to 9999: before them calendars change in the middle of a year.
      const auto millis =
          static_cast<std::int64_t>(random() % 265'000'000'000'000ULL) - 11'670'000'000'000;
      const std::string date = form.format(at(millis));
      ASSERT_EQ(form.parse(date), at(millis)) << text << ": " << date;
    }
  }
}

}  // namespace
}  // namespace millrace

#include "base/java_calendar.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <limits>

namespace millrace {
namespace {

class JavaCalendarTest : public testing::Test {
 protected:
  JavaCalendarTest() { in_zone("UTC"); }
  ~JavaCalendarTest() override { in_zone("UTC"); }

  static void in_zone(const char* zone) {
    setenv("TZ", zone, 1);
    tzset();
  }
  static std::string text(std::int64_t milliseconds) {
    std::string out;
    append_java_date_text(out, Instant(std::chrono::milliseconds(milliseconds)));
    return out;
  }
  static std::int64_t from_local(std::int64_t days, int hour, int minute) {
    const std::int64_t local = days * milliseconds_per_day + (hour * 60 + minute) * 60'000;
    return instant_from_local(local).time_since_epoch().count();
  }
};

// Where summer time starts and ends on the last Sundays of March and October.
constexpr const char* berlin = "CET-1CEST,M3.5.0,M10.5.0/3";

TEST_F(JavaCalendarTest, CountsTheDaysAroundTheChangeOfCalendars) {
  const std::int64_t first = days_from_java_date(1582, 10, 15);
  EXPECT_EQ(first, -141'427);
  EXPECT_EQ(days_from_java_date(1582, 10, 4), first - 1);
  EXPECT_EQ(java_date(first - 1).day, 4);
  EXPECT_EQ(java_date(first).day, 15);
  EXPECT_EQ(days_from_java_date(1, 1, 1), -719'164);
  EXPECT_EQ(days_from_java_date(1970, 1, 1), 0);
  EXPECT_EQ(days_from_java_date(2000, 2, 29) + 1, days_from_java_date(2000, 3, 1));
  EXPECT_EQ(days_from_java_date(1500, 2, 29) + 1, days_from_java_date(1500, 3, 1));
}

TEST_F(JavaCalendarTest, EveryDayComesBack) {
  for (std::int64_t day = -1'000'000; day <= 1'000'000; day += 7) {
    const JavaDate date = java_date(day);
    ASSERT_EQ(days_from_java_date(date.year, date.month, date.day), day);
    ASSERT_TRUE(date.month >= 1 && date.month <= 12 && date.day >= 1 && date.day <= 31) << day;
  }
}

TEST_F(JavaCalendarTest, FieldsRollOver) {
  EXPECT_EQ(days_from_java_date(2019, 13, 45), days_from_java_date(2020, 2, 14));
  EXPECT_EQ(days_from_java_date(2019, 0, 1), days_from_java_date(2018, 12, 1));
  EXPECT_EQ(days_from_java_date(2019, 3, 0), days_from_java_date(2019, 2, 28));
}

TEST_F(JavaCalendarTest, WritesDatesAsJavaDoes) {
  EXPECT_EQ(text(0), "Thu Jan 01 00:00:00 UTC 1970");
  EXPECT_EQ(text(-1), "Wed Dec 31 23:59:59 UTC 1969");
  EXPECT_EQ(text(1'700'000'000'123), "Tue Nov 14 22:13:20 UTC 2023");
}

TEST_F(JavaCalendarTest, FollowsTheZoneOfTheProcess) {
  in_zone(berlin);
  EXPECT_EQ(text(1'700'000'000'123), "Tue Nov 14 23:13:20 CET 2023");
  EXPECT_EQ(text(1'690'000'000'000), "Sat Jul 22 06:26:40 CEST 2023");
  EXPECT_EQ(from_local(0, 1, 0), 0);
}

TEST_F(JavaCalendarTest, TimesThatComeTwiceOrNeverAreStandardTime) {
  in_zone(berlin);
  const std::int64_t march = days_from_java_date(2023, 3, 26);
  const std::int64_t october = days_from_java_date(2023, 10, 29);
  const std::int64_t hour = 3'600'000;
  EXPECT_EQ(from_local(march, 1, 30), march * milliseconds_per_day + hour / 2);
  EXPECT_EQ(from_local(march, 2, 30), march * milliseconds_per_day + hour * 3 / 2);
  EXPECT_EQ(from_local(march, 3, 30), march * milliseconds_per_day + hour * 3 / 2);
  EXPECT_EQ(from_local(october, 1, 30), october * milliseconds_per_day - hour / 2);
  EXPECT_EQ(from_local(october, 2, 30), october * milliseconds_per_day + hour * 3 / 2);
}

TEST_F(JavaCalendarTest, HoldsEveryInstant) {
  using limits = std::numeric_limits<std::int64_t>;
  EXPECT_EQ(text(limits::max()), "Sun Aug 17 07:12:55 UTC 292278994");
  EXPECT_FALSE(text(limits::min()).empty());
}

}  // namespace
}  // namespace millrace

#pragma once

#include "millrace/value.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace millrace {

/// Dates as Java's calendar counts them: Julian before 1582-10-15, Gregorian from then on.
/// Threads: any.
/// Source:  java.util.GregorianCalendar, SimpleDateFormat, Date.toString.

struct JavaDate {
  std::int64_t year = 1970;  ///< 0 is the year before 1
  int month = 1;             ///< from 1
  int day = 1;               ///< from 1
};

/// Days since 1970-01-01. Lenient: month 13 is January of the next year, day 0 the day before the
/// first.
std::int64_t days_from_java_date(std::int64_t year, std::int64_t month, std::int64_t day);
JavaDate java_date(std::int64_t days);

constexpr std::int64_t milliseconds_per_day = 86'400'000;

/// A moment on the clocks and calendars of the process's time zone.
struct LocalTime {
  JavaDate date;
  int weekday = 4;  ///< 0 is Sunday
  std::int64_t millisecond_of_day = 0;
  std::string_view zone;  ///< "UTC", "CEST"; kept by the C library
};
LocalTime local_time(Instant instant);
/// The moment of a local time, given in milliseconds since 1970-01-01 by local clocks. One that
/// comes twice or never counts as standard time.
Instant instant_from_local(std::int64_t local_milliseconds);

/// `Tue Nov 14 22:13:20 UTC 2023`
void append_java_date_text(std::string& out, Instant instant);

}  // namespace millrace

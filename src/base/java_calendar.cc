#include "base/java_calendar.h"

#include <algorithm>
#include <charconv>
#include <ctime>

namespace millrace {

namespace {

constexpr std::int64_t cutover = -141'427;  // 1582-10-15, days since 1970-01-01

constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}
constexpr std::int64_t floor_mod(std::int64_t a, std::int64_t b) {
  return a % b < 0 ? a % b + b : a % b;
}

// Years are counted from March, so that the leap day is the last of a year.

constexpr std::int64_t days_before_month(std::int64_t month_from_march) {
  return (153 * month_from_march + 2) / 5;
}

constexpr std::int64_t gregorian_year_start(std::int64_t year) {
  return 365 * year + floor_div(year, 4) - floor_div(year, 100) + floor_div(year, 400) - 719'468;
}

constexpr std::int64_t julian_year_start(std::int64_t year) {
  return 365 * year + floor_div(year, 4) - 719'470;
}

/// The offset in seconds that clocks here have at a moment, and what the zone is called then.
struct Offset {
  std::int64_t seconds = 0;
  const char* zone = "UTC";
};

Offset offset_at(std::int64_t seconds) {
  static const bool zone_read = (tzset(), true);
  static_cast<void>(zone_read);
  std::tm parts{};
  const auto time = static_cast<std::time_t>(seconds);
  if (localtime_r(&time, &parts) == nullptr) return {};
  return {parts.tm_gmtoff, parts.tm_zone};
}

void append_padded(std::string& out, std::int64_t number, std::size_t width) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, number);
  const auto count = static_cast<std::size_t>(end.ptr - digits);
  if (count < width) out.append(width - count, '0');
  out.append(digits, count);
}

}  // namespace

std::int64_t days_from_java_date(std::int64_t year, std::int64_t month, std::int64_t day) {
  const std::int64_t from_march = month - 3;
  year += floor_div(from_march, 12);
  const std::int64_t in_year = days_before_month(floor_mod(from_march, 12)) + day - 1;
  const std::int64_t gregorian = gregorian_year_start(year) + in_year;
  return gregorian >= cutover ? gregorian : julian_year_start(year) + in_year;
}

JavaDate java_date(std::int64_t days) {
  const bool gregorian = days >= cutover;
  // An estimate that is never more than one year too late.
  std::int64_t year = gregorian ? floor_div((days + 719'468) * 400, 146'097)
                                : floor_div((days + 719'470) * 4, 1'461);
  const auto start = gregorian ? gregorian_year_start : julian_year_start;
  while (start(year) > days) --year;
  while (start(year + 1) <= days) ++year;
  const std::int64_t in_year = days - start(year);
  const std::int64_t month = (5 * in_year + 2) / 153;
  const auto day = static_cast<int>(in_year - days_before_month(month) + 1);
  return month < 10 ? JavaDate{year, static_cast<int>(month) + 3, day}
                    : JavaDate{year + 1, static_cast<int>(month) - 9, day};
}

LocalTime local_time(Instant instant) {
  const std::int64_t milliseconds = instant.time_since_epoch().count();
  const Offset offset = offset_at(floor_div(milliseconds, 1000));
  const std::int64_t seconds = floor_div(milliseconds, 1000) + offset.seconds;
  const std::int64_t days = floor_div(seconds, 86'400);
  return {java_date(days), static_cast<int>(floor_mod(days + 4, 7)),
          floor_mod(seconds, 86'400) * 1000 + floor_mod(milliseconds, 1000), offset.zone};
}

Instant instant_from_local(std::int64_t local_milliseconds) {
  const std::int64_t local = floor_div(local_milliseconds, 1000);
  const std::int64_t before = offset_at(local - 86'400).seconds;
  const std::int64_t after = offset_at(local + 86'400).seconds;
  std::int64_t offset = before;
  if (before != after) {
    const bool before_holds = offset_at(local - before).seconds == before;
    const bool after_holds = offset_at(local - after).seconds == after;
    // Summer time is the larger offset.
    if (before_holds == after_holds) {
      offset = std::min(before, after);
    } else if (after_holds) {
      offset = after;
    }
  }
  const std::uint64_t milliseconds =
      static_cast<std::uint64_t>(local_milliseconds) - static_cast<std::uint64_t>(offset * 1000);
  return Instant(std::chrono::milliseconds(static_cast<std::int64_t>(milliseconds)));
}

void append_java_date_text(std::string& out, Instant instant) {
  constexpr std::string_view weekdays = "SunMonTueWedThuFriSat";
  constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const LocalTime time = local_time(instant);
  const std::int64_t seconds = time.millisecond_of_day / 1000;
  out.append(weekdays.substr(3 * time.weekday, 3)).append(1, ' ');
  out.append(months.substr(3 * (time.date.month - 1), 3)).append(1, ' ');
  append_padded(out, time.date.day, 2);
  out += ' ';
  append_padded(out, seconds / 3600, 2);
  out += ':';
  append_padded(out, seconds / 60 % 60, 2);
  out += ':';
  append_padded(out, seconds % 60, 2);
  out.append(1, ' ').append(time.zone).append(1, ' ');
  append_padded(out, time.date.year > 0 ? time.date.year : 1 - time.date.year, 1);
}

}  // namespace millrace

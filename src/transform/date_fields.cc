#include "transform/date_fields.h"

#include "base/java_calendar.h"

#include <algorithm>

namespace millrace::transform {

namespace {

/// The last such weekday (0: Sunday) that is not after the day.
std::int64_t weekday_on_or_before(std::int64_t day, std::int64_t weekday) {
  const std::int64_t back = (day + 4 - weekday) % 7;  // 1970-01-01 was a Thursday
  return day - (back < 0 ? back + 7 : back);
}

std::int64_t first_of(std::int64_t year, std::int64_t month_from_0) {
  return days_from_java_date(year, month_from_0 + 1, 1);
}

/// A weekday of the week that the day lies in.
std::int64_t in_week_of(std::int64_t day, std::int64_t weekday) {
  return weekday_on_or_before(weekday_on_or_before(day, 0) + 6, weekday);
}

}  // namespace

int DateFields::both(Field a, Field b) const {
  return has(a) && has(b) ? std::max(stamp(a), stamp(b)) : 0;
}

std::int64_t DateFields::days_of_week_year() const {
  const std::int64_t start = weekday_on_or_before(first_of(get(week_year, 1970), 0), 0);
  return start + 7 * (get(week_of_year, 1) - 1) + get(weekday, 0);
}

/// The day that month and one of its subdivisions name.
std::int64_t DateFields::days_in_month(std::int64_t of_year) const {
  const std::int64_t month_start = first_of(of_year, get(month, 0));
  const int in_month = both(weekday_in_month, weekday);
  const int in_week = both(week_of_month, weekday);
  const bool has_pair = in_month != 0 || in_week != 0;
  const bool by_week =
      has_pair ? in_week > in_month ||
                     (in_week == in_month && stamp(week_of_month) >= stamp(weekday_in_month))
               : stamp(week_of_month) > std::max(stamp(weekday_in_month), stamp(weekday));
  if (by_week) {
    return in_week_of(month_start, get(weekday, 0)) + 7 * (get(week_of_month, 1) - 1);
  }
  const std::int64_t number = get(weekday_in_month, 1);
  if (number >= 0) return weekday_on_or_before(month_start + 7 * number - 1, get(weekday, 0));
  const std::int64_t next_month = first_of(of_year, get(month, 0) + 1);
  return weekday_on_or_before(next_month + 7 * (number + 1) - 1, get(weekday, 0));
}

std::int64_t DateFields::days() const {
  if (has(week_year) && stamp(week_year) > stamp(year)) return days_of_week_year();
  const std::int64_t given = get(year, 1970);
  const std::int64_t of_year = get(era, 1) == 0 ? 1 - given : given;

  // Of the ways to name a day within the year the one counts that was completed last.
  const int by_month_day = stamp(day_of_month);
  int by_month_week = std::max(both(week_of_month, weekday), both(weekday_in_month, weekday));
  const int by_year_day = stamp(day_of_year);
  int by_year_week = both(week_of_year, weekday);
  int best = std::max({by_month_day, by_month_week, by_year_day, by_year_week});
  if (best == 0) {  // no way is complete: one that lacks a part
    by_month_week = std::max({stamp(week_of_month), stamp(weekday_in_month), stamp(weekday)});
    by_year_week = stamp(week_of_year);
    best = std::max(by_month_week, by_year_week);
  }
  if (best == by_month_day) {
    return days_from_java_date(of_year, get(month, 0) + 1, get(day_of_month, 1));
  }
  const bool month_wins =
      best == by_month_week &&
      (best != by_year_week ||
       std::max(stamp(week_of_month), stamp(weekday_in_month)) >= stamp(week_of_year));
  if (month_wins) return days_in_month(of_year);
  const std::int64_t year_start = first_of(of_year, 0);
  if (best == by_year_day) return year_start + get(day_of_year, 1) - 1;
  return in_week_of(year_start, get(weekday, 0)) + 7 * (get(week_of_year, 1) - 1);
}

Instant DateFields::resolve() const {
  const bool whole_day = has(hour_of_day) && stamp(hour_of_day) > both(hour_of_half_day, half_day);
  const std::int64_t hours =
      whole_day ? get(hour_of_day, 0) : get(hour_of_half_day, 0) + 12 * get(half_day, 0);
  const std::int64_t of_day =
      hours * 3'600'000 + get(minute, 0) * 60'000 + get(second, 0) * 1'000 + get(millisecond, 0);
  // Years of ten digits wrap around, as they do in Java.
  const std::uint64_t millis = static_cast<std::uint64_t>(days()) * milliseconds_per_day +
                               static_cast<std::uint64_t>(of_day - get(zone, 0) * 60'000);
  return Instant(std::chrono::milliseconds(static_cast<std::int64_t>(millis)));
}

}  // namespace millrace::transform

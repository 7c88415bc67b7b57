// DatePattern: writing.
#include "base/java_calendar.h"
#include "transform/date_names.h"
#include "transform/date_pattern.h"

#include <charconv>
#include <cstdint>

namespace millrace::transform {

namespace {

constexpr std::int64_t hour = 3'600'000;
constexpr std::int64_t minute = 60'000;
constexpr std::int64_t second = 1'000;

/// A moment in UTC, taken apart.
struct Parts {
  explicit Parts(Instant instant) {
    const std::int64_t millis = instant.time_since_epoch().count();
    days = millis / milliseconds_per_day - (millis % milliseconds_per_day < 0 ? 1 : 0);
    of_day = millis - days * milliseconds_per_day;
    date = java_date(days);
    weekday = static_cast<int>(((days % 7) + 11) % 7);  // 1970-01-01 was a Thursday
    year_start = days_from_java_date(date.year, 1, 1);
  }

  std::int64_t days = 0;
  std::int64_t of_day = 0;
  JavaDate date;
  int weekday = 0;  ///< 0 is Sunday
  std::int64_t year_start = 0;

  /// Year and week: a week belongs to the year that begins in it.
  [[nodiscard]] std::int64_t week_year() const {
    const std::int64_t saturday = days + 6 - weekday;
    return date.year + (saturday >= days_from_java_date(date.year + 1, 1, 1) ? 1 : 0);
  }
  [[nodiscard]] std::int64_t week_of_year() const {
    if (week_year() != date.year) return 1;
    return week_since(year_start);
  }
  [[nodiscard]] std::int64_t week_of_month() const { return week_since(days - date.day + 1); }

 private:
  /// Weeks from the one that holds that day, from 1.
  [[nodiscard]] std::int64_t week_since(std::int64_t start) const {
    const std::int64_t sunday = days - weekday;
    const std::int64_t start_weekday = ((start % 7) + 11) % 7;
    return (sunday - (start - start_weekday)) / 7 + 1;
  }
};

void append_number(std::string& out, std::int64_t number, int width) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, number < 0 ? -number : number);
  const auto count = static_cast<int>(end.ptr - digits);
  if (number < 0) out += '-';
  if (count < width) out.append(static_cast<std::size_t>(width - count), '0');
  out.append(digits, static_cast<std::size_t>(count));
}

void append_year(std::string& out, std::int64_t year, int count) {
  const std::int64_t of_era = year > 0 ? year : 1 - year;
  append_number(out, count == 2 ? of_era % 100 : of_era, count);
}

void append_field(std::string& out, const DatePattern::Piece& piece, const Parts& parts) {
  const int count = piece.count;
  const std::int64_t hours = parts.of_day / hour;
  switch (piece.letter) {
    case 0: out += piece.text; break;
    case 'G': out += era_names[parts.date.year > 0 ? 1 : 0]; break;
    case 'y': append_year(out, parts.date.year, count); break;
    case 'Y': append_year(out, parts.week_year(), count); break;
    case 'M':
    case 'L': {
      const std::string_view name = month_names[static_cast<std::size_t>(parts.date.month - 1)];
      if (count < 3) {
        append_number(out, parts.date.month, count);
      } else {
        out += count == 3 ? name.substr(0, short_name) : name;
      }
      break;
    }
    case 'w': append_number(out, parts.week_of_year(), count); break;
    case 'W': append_number(out, parts.week_of_month(), count); break;
    case 'D': append_number(out, parts.days - parts.year_start + 1, count); break;
    case 'd': append_number(out, parts.date.day, count); break;
    case 'F': append_number(out, (parts.date.day - 1) / 7 + 1, count); break;
    case 'E': {
      const std::string_view name = weekday_names[static_cast<std::size_t>(parts.weekday)];
      out += count < 4 ? name.substr(0, short_name) : name;
      break;
    }
    case 'u': append_number(out, parts.weekday == 0 ? 7 : parts.weekday, count); break;
    case 'a': out += half_day_names[hours < 12 ? 0 : 1]; break;
    case 'H': append_number(out, hours, count); break;
    case 'k': append_number(out, hours == 0 ? 24 : hours, count); break;
    case 'K': append_number(out, hours % 12, count); break;
    case 'h': append_number(out, hours % 12 == 0 ? 12 : hours % 12, count); break;
    case 'm': append_number(out, parts.of_day % hour / minute, count); break;
    case 's': append_number(out, parts.of_day % minute / second, count); break;
    case 'S': append_number(out, parts.of_day % second, count); break;
    case 'z': out += count < 4 ? "UTC" : "Coordinated Universal Time"; break;
    case 'Z': out += "+0000"; break;
    default: out += 'Z';  // X
  }
}

}  // namespace

std::string DatePattern::format(Instant instant) const {
  const Parts parts(instant);
  std::string out;
  for (const Piece& piece : pieces_) append_field(out, piece, parts);
  return out;
}

}  // namespace millrace::transform

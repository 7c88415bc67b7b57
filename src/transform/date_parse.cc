// DatePattern: reading.
#include "base/ascii.h"
#include "base/java_calendar.h"
#include "transform/date_fields.h"
#include "transform/date_names.h"
#include "transform/date_pattern.h"

#include <charconv>
#include <span>

namespace millrace::transform {

namespace {

using Piece = DatePattern::Piece;

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool starts_with_ignoring_case(std::string_view text, std::string_view name) {
  return ascii::same_ignoring_case(text.substr(0, name.size()), name);
}

/// Whether a number stands there, so that digits before it have to be counted.
bool is_number(const Piece& piece) {
  constexpr std::string_view numbers = "yYdkHmsSDFwWKhu";
  if (piece.letter == 'M' || piece.letter == 'L') return piece.count <= 2;
  return piece.letter != 0 && numbers.find(piece.letter) != std::string_view::npos;
}

/// Reads one text along the pieces of a pattern.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  /// counted: a number has no more digits than letters, for another one follows at once.
  bool read(const Piece& piece, bool counted) {
    if (piece.letter == 0) {
      if (!rest().starts_with(piece.text)) return false;
      at_ += piece.text.size();
      return true;
    }
    start_ = at_;
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
    if (at_ == text_.size()) return false;
    if (is_number(piece)) return read_number(piece, counted);
    switch (piece.letter) {
      case 'G': return read_name(DateFields::era, era_names);
      case 'M':
      case 'L': return read_name(DateFields::month, month_names);
      case 'E': return read_name(DateFields::weekday, weekday_names);
      case 'a': return read_name(DateFields::half_day, half_day_names);
      case 'X': return read_iso_zone(piece.count);
      default: return read_zone();  // z, Z
    }
  }

  [[nodiscard]] const DateFields& fields() const { return fields_; }
  /// A year of two digits, which may mean two centuries.
  [[nodiscard]] bool short_year() const { return short_year_; }

 private:
  [[nodiscard]] std::string_view rest() const { return text_.substr(at_); }

  bool read_number(const Piece& piece, bool counted) {
    const std::size_t end = counted ? start_ + static_cast<std::size_t>(piece.count) : text_.size();
    if (end > text_.size() || end < at_) return false;
    const std::string_view digits = text_.substr(at_, end - at_);
    std::int64_t number = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (read.ec != std::errc()) return false;
    const auto length = static_cast<std::size_t>(read.ptr - digits.data());
    at_ += length;
    take_number(piece, static_cast<std::int32_t>(number), length == 2 && is_digit(digits[0]));
    return true;
  }

  void take_number(const Piece& piece, std::int32_t number, bool two_digits) {
    using enum DateFields::Field;
    switch (piece.letter) {
      case 'y':
      case 'Y':
        if (two_digits && piece.count <= 2) short_year_ = true;
        fields_.set(piece.letter == 'y' ? year : week_year, number);
        break;
      case 'M':
      case 'L': fields_.set(month, std::int64_t{number} - 1); break;
      case 'w': fields_.set(week_of_year, number); break;
      case 'W': fields_.set(week_of_month, number); break;
      case 'D': fields_.set(day_of_year, number); break;
      case 'd': fields_.set(day_of_month, number); break;
      case 'F': fields_.set(weekday_in_month, number); break;
      case 'u': fields_.set(weekday, number == 7 ? 0 : number); break;
      case 'k': fields_.set(hour_of_day, number == 24 ? 0 : number); break;
      case 'H': fields_.set(hour_of_day, number); break;
      case 'K': fields_.set(hour_of_half_day, number); break;
      case 'h': fields_.set(hour_of_half_day, number == 12 ? 0 : number); break;
      case 'm': fields_.set(minute, number); break;
      case 's': fields_.set(second, number); break;
      default: fields_.set(millisecond, number);  // S
    }
  }

  /// A name in full or its first three letters, in any case.
  bool read_name(DateFields::Field field, std::span<const std::string_view> names) {
    for (const bool full : {true, false}) {
      for (std::size_t i = 0; i < names.size(); ++i) {
        const std::string_view name = full ? names[i] : names[i].substr(0, short_name);
        if (!starts_with_ignoring_case(rest(), name)) continue;
        fields_.set(field, static_cast<std::int64_t>(i));
        at_ += name.size();
        return true;
      }
    }
    return false;
  }

  /// +0100, GMT, GMT+1:00 or a zone's name.
  bool read_zone() {
    if (rest().starts_with('+') || rest().starts_with('-')) return read_offset(2, false, false);
    if (starts_with_ignoring_case(rest(), "GMT")) {
      at_ += 3;
      if (rest().starts_with('+') || rest().starts_with('-')) return read_offset(1, true, false);
      fields_.set(DateFields::zone, 0);
      return true;
    }
    const ZoneName* best = nullptr;
    for (const ZoneName& zone : zone_names) {
      const bool longer = best == nullptr || zone.name.size() > best->name.size();
      if (longer && starts_with_ignoring_case(rest(), zone.name)) best = &zone;
    }
    if (best == nullptr) return false;
    at_ += best->name.size();
    fields_.set(DateFields::zone, best->minutes);
    return true;
  }

  /// Z, or as many parts as letters: +01, +0100, +01:00.
  bool read_iso_zone(int letters) {
    if (rest().starts_with('Z')) {
      ++at_;
      fields_.set(DateFields::zone, 0);
      return true;
    }
    if (!rest().starts_with('+') && !rest().starts_with('-')) return false;
    return read_offset(2, letters == 3, letters == 1);
  }

  /// Sign, hours of at least so many digits and at most two, minutes of two.
  bool read_offset(std::size_t least_digits, bool colon, bool hours_only) {
    const int sign = text_[at_++] == '-' ? -1 : 1;
    const std::optional<int> hours = read_digits(least_digits);
    if (!hours || *hours > 23) return false;
    int minutes = 0;
    if (!hours_only) {
      if (colon) {
        if (!rest().starts_with(':')) return false;
        ++at_;
      }
      const std::optional<int> read = read_digits(2);
      if (!read || *read > 59) return false;
      minutes = *read;
    }
    fields_.set(DateFields::zone, std::int64_t{sign} * (60 * *hours + minutes));
    return true;
  }

  /// A number of one or two digits.
  std::optional<int> read_digits(std::size_t least) {
    int number = 0;
    std::size_t count = 0;
    for (; count < 2 && at_ < text_.size() && is_digit(text_[at_]); ++count) {
      number = 10 * number + (text_[at_++] - '0');
    }
    return count < least ? std::nullopt : std::optional(number);
  }

  const std::string_view text_;
  std::size_t at_ = 0;
  std::size_t start_ = 0;  ///< of the field that is being read, before blanks
  DateFields fields_;
  bool short_year_ = false;
};

/// A year of two digits as the one that lies within a hundred years from that moment on.
Instant in_century(const DateFields& fields, Instant start) {
  const auto day = std::chrono::floor<std::chrono::days>(start).time_since_epoch().count();
  const std::int64_t first = java_date(day).year;
  const DateFields::Field field =
      fields.has(DateFields::year) ? DateFields::year : DateFields::week_year;
  const std::int64_t number = fields.get(field, 0);
  std::int64_t year = first - first % 100 + number;
  if (number < first % 100) year += 100;
  DateFields placed = fields;
  placed.set_value(field, year);
  const Instant instant = placed.resolve();
  if (number != first % 100 || instant >= start) return instant;
  placed.set_value(field, year + 100);
  return placed.resolve();
}

}  // namespace

std::optional<Instant> DatePattern::parse(std::string_view text) const {
  Reader reader(text);
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    const bool counted = i + 1 < pieces_.size() && is_number(pieces_[i + 1]);
    if (!reader.read(pieces_[i], counted)) return std::nullopt;
  }
  if (reader.short_year()) return in_century(reader.fields(), century_start_);
  return reader.fields().resolve();
}

}  // namespace millrace::transform

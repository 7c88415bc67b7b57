#pragma once

#include "millrace/value.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace millrace::transform {

/// The parts of a date as a text gives them, in the order in which they came: where they contradict
/// each other, what came last decides. Parts out of their range roll over.
/// Source: java.util.Calendar, lenient.
class DateFields {
 public:
  enum Field : std::uint8_t {
    era,  ///< 0 before Christ, 1 after
    year,
    week_year,
    month,  ///< from 0
    week_of_year,
    week_of_month,
    day_of_month,
    day_of_year,
    weekday,           ///< 0 is Sunday
    weekday_in_month,  ///< the first, second, … such day of the month
    half_day,          ///< 0 before noon
    hour_of_half_day,
    hour_of_day,
    minute,
    second,
    millisecond,
    zone,  ///< minutes ahead of UTC
    field_count,
  };

  void set(Field field, std::int64_t value) { fields_[field] = {value, ++last_}; }
  /// Another value, at the same place in the order.
  void set_value(Field field, std::int64_t value) { fields_[field].value = value; }
  [[nodiscard]] bool has(Field field) const { return fields_[field].stamp != 0; }
  [[nodiscard]] std::int64_t get(Field field, std::int64_t unset) const {
    return has(field) ? fields_[field].value : unset;
  }
  /// What is not given is that of 1970-01-01T00:00Z.
  [[nodiscard]] Instant resolve() const;

 private:
  [[nodiscard]] int stamp(Field field) const { return fields_[field].stamp; }
  /// When the later of two came that only count together; 0: one is not there.
  [[nodiscard]] int both(Field a, Field b) const;
  [[nodiscard]] std::int64_t days() const;
  [[nodiscard]] std::int64_t days_of_week_year() const;
  [[nodiscard]] std::int64_t days_in_month(std::int64_t of_year) const;

  struct Entry {
    std::int64_t value = 0;
    int stamp = 0;  ///< counts; 0: not there
  };
  std::array<Entry, field_count> fields_{};
  int last_ = 0;
};

}  // namespace millrace::transform

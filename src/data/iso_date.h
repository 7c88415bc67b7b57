#pragma once

#include "data/logical.h"

#include <optional>
#include <string>
#include <string_view>

namespace millrace::data {

/// Dates, times and timestamps in the ISO forms of Values: `2019-08-23`, `14:34:54.346Z`,
/// `2019-08-23T14:34:54.346Z`, by the clocks of the process's time zone in spite of the Z.
/// Threads: any.
/// Source:  java.text.SimpleDateFormat, lenient.

struct IsoDate {
  Logical type = Logical::none;
  Instant instant;
};

/// None unless the text is 10, 13 or 24 characters long (`\:` counts as `:`) and starts as its form
/// asks for. Fields may be out of range, have more or fewer digits, blanks or a minus in front;
/// what is left over is not looked at.
std::optional<IsoDate> parse_iso_date(std::string_view text);

/// Below one day after the epoch (and for all that is before it) the time, at a day boundary the
/// date, else the timestamp.
void append_iso_date(std::string& out, Instant instant);

/// The schema of a date, time or timestamp.
const SchemaPtr& schema_of(Logical type);

}  // namespace millrace::data

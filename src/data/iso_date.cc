#include "data/iso_date.h"

#include "base/java_calendar.h"
#include "data/utf16.h"

#include <charconv>

namespace millrace::data {

namespace {

constexpr std::size_t date_length = 10;
constexpr std::size_t time_length = 13;
constexpr std::size_t timestamp_length = 24;

/// Reads fields one after the other; the first that is missing spoils it.
class FieldReader {
 public:
  explicit FieldReader(std::string_view text) : rest_(text) {}

  std::int32_t number() {
    while (rest_.starts_with(' ') || rest_.starts_with('\t')) rest_.remove_prefix(1);
    std::int64_t number = 0;
    const auto end = std::from_chars(rest_.data(), rest_.data() + rest_.size(), number);
    ok_ = ok_ && end.ec == std::errc();
    if (ok_) rest_.remove_prefix(end.ptr - rest_.data());
    return static_cast<std::int32_t>(number);  // the low bits, as in Java
  }

  void expect(char literal) {
    ok_ = ok_ && rest_.starts_with(literal);
    if (ok_) rest_.remove_prefix(1);
  }

  [[nodiscard]] bool ok() const { return ok_; }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

std::int64_t read_days(FieldReader& reader) {
  const std::int64_t year = reader.number();
  reader.expect('-');
  const std::int64_t month = reader.number();
  reader.expect('-');
  return days_from_java_date(year, month, reader.number());
}

std::int64_t read_milliseconds(FieldReader& reader) {
  std::int64_t milliseconds = reader.number() * std::int64_t{3'600'000};
  reader.expect(':');
  milliseconds += reader.number() * std::int64_t{60'000};
  reader.expect(':');
  milliseconds += reader.number() * std::int64_t{1'000};
  reader.expect('.');
  milliseconds += reader.number();
  reader.expect('Z');
  return milliseconds;
}

std::string without_escaped_colons(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i).starts_with("\\:")) ++i;
    plain += text[i];
  }
  return plain;
}

void append_padded(std::string& out, std::int64_t number, std::size_t width) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, number);
  const auto count = static_cast<std::size_t>(end.ptr - digits);
  if (count < width) out.append(width - count, '0');
  out.append(digits, count);
}

void append_date(std::string& out, const JavaDate& date) {
  append_padded(out, date.year > 0 ? date.year : 1 - date.year, 4);
  out += '-';
  append_padded(out, date.month, 2);
  out += '-';
  append_padded(out, date.day, 2);
}

void append_time(std::string& out, std::int64_t millisecond_of_day) {
  append_padded(out, millisecond_of_day / 3'600'000, 2);
  out += ':';
  append_padded(out, millisecond_of_day / 60'000 % 60, 2);
  out += ':';
  append_padded(out, millisecond_of_day / 1'000 % 60, 2);
  out += '.';
  append_padded(out, millisecond_of_day % 1'000, 3);
  out += 'Z';
}

}  // namespace

std::optional<IsoDate> parse_iso_date(std::string_view text) {
  // Four bytes a character and an escaped colon or two: longer texts cannot be of the right length.
  if (text.size() < date_length || text.size() > 8 * timestamp_length) return std::nullopt;
  const std::string plain = without_escaped_colons(text);
  const std::size_t length = utf16_length(plain);
  FieldReader reader(plain);
  Logical type = Logical::none;
  std::int64_t days = 0;
  std::int64_t milliseconds = 0;
  if (length == date_length) {
    type = Logical::date;
    days = read_days(reader);
  } else if (length == time_length) {
    type = Logical::time;
    milliseconds = read_milliseconds(reader);
  } else if (length == timestamp_length) {
    type = Logical::timestamp;
    days = read_days(reader);
    reader.expect('T');
    milliseconds = read_milliseconds(reader);
  }
  if (type == Logical::none || !reader.ok()) return std::nullopt;
  // Years of ten digits wrap around, as they do in Java.
  const std::uint64_t local = static_cast<std::uint64_t>(days) * milliseconds_per_day +
                              static_cast<std::uint64_t>(milliseconds);
  return IsoDate{type, instant_from_local(static_cast<std::int64_t>(local))};
}

void append_iso_date(std::string& out, Instant instant) {
  const std::int64_t milliseconds = instant.time_since_epoch().count();
  const LocalTime time = local_time(instant);
  if (milliseconds < milliseconds_per_day) {
    append_time(out, time.millisecond_of_day);
    return;
  }
  append_date(out, time.date);
  if (milliseconds % milliseconds_per_day == 0) return;
  out += 'T';
  append_time(out, time.millisecond_of_day);
}

const SchemaPtr& schema_of(Logical type) {
  static const SchemaPtr& date = *new SchemaPtr(logical::date().build_checked());
  static const SchemaPtr& time = *new SchemaPtr(logical::time().build_checked());
  static const SchemaPtr& timestamp = *new SchemaPtr(logical::timestamp().build_checked());
  return type == Logical::date ? date : type == Logical::time ? time : timestamp;
}

}  // namespace millrace::data

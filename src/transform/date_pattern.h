#pragma once

#include "millrace/result.h"
#include "millrace/value.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::transform {

/// A pattern for dates as Java writes and reads them: English names, UTC, lenient, weeks from
/// Sunday on of which the first holds January 1st.
/// Threads: any.
/// Source:  java.text.SimpleDateFormat. Why not ICU's: docs/adr/0010-date-patterns.md.
class DatePattern {
 public:
  /// One letter as often as it stands there, or (letter 0) a text as it is.
  struct Piece {
    char letter = 0;
    int count = 0;
    std::string text;
  };

  /// now: years of two digits lie within 80 years before it and 20 after.
  /// Errors (bad_record, IllegalArgumentException): `Illegal pattern character 'b'` and the like.
  static Result<DatePattern> compile(std::string_view pattern, Instant now);

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] std::string format(Instant instant) const;
  /// None: the text does not begin like this. What follows the match is not looked at.
  [[nodiscard]] std::optional<Instant> parse(std::string_view text) const;

 private:
  std::string text_;
  std::vector<Piece> pieces_;
  Instant century_start_;
};

}  // namespace millrace::transform

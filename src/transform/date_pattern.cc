#include "transform/date_pattern.h"

#include "base/java_calendar.h"

namespace millrace::transform {

namespace {

constexpr std::string_view letters = "GyMdkHmsSEDFwWahKzZYuXL";

Error illegal(std::string message) {
  return {ErrorCode::bad_record, "java.lang.IllegalArgumentException", std::move(message)};
}

constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Cuts a pattern into pieces.
class PatternReader {
 public:
  explicit PatternReader(std::string_view pattern) : rest_(pattern) {}

  Result<std::vector<DatePattern::Piece>> run() {
    while (!rest_.empty()) {
      if (rest_.front() == '\'') {
        MILLRACE_TRY(quoted());
      } else if (is_letter(rest_.front())) {
        MILLRACE_TRY(field());
      } else {
        literal(rest_.front());
        rest_.remove_prefix(1);
      }
    }
    return std::move(pieces_);
  }

 private:
  void literal(char c) {
    if (pieces_.empty() || pieces_.back().letter != 0) pieces_.emplace_back();
    pieces_.back().text += c;
  }

  /// Text in quotes; two of them, inside or outside of such a text, are one quote.
  Result<void> quoted() {
    rest_.remove_prefix(1);
    if (rest_.starts_with('\'')) {
      literal('\'');
      rest_.remove_prefix(1);
      return {};
    }
    while (!rest_.empty()) {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c != '\'') {
        literal(c);
      } else if (rest_.starts_with('\'')) {
        literal('\'');
        rest_.remove_prefix(1);
      } else {
        return {};
      }
    }
    return illegal("Unterminated quote");
  }

  Result<void> field() {
    const char letter = rest_.front();
    if (letters.find(letter) == std::string_view::npos) {
      return illegal("Illegal pattern character '" + std::string(1, letter) + "'");
    }
    const std::size_t count = std::min(rest_.find_first_not_of(letter), rest_.size());
    rest_.remove_prefix(count);
    if (letter == 'X' && count > 3) {
      return illegal("invalid ISO 8601 format: length=" + std::to_string(count));
    }
    if (count > 255) return illegal("Too many pattern characters '" + std::string(1, letter) + "'");
    pieces_.push_back({letter, static_cast<int>(count), {}});
    return {};
  }

  std::string_view rest_;
  std::vector<DatePattern::Piece> pieces_;
};

}  // namespace

Result<DatePattern> DatePattern::compile(std::string_view pattern, Instant now) {
  Result<std::vector<Piece>> pieces = PatternReader(pattern).run();
  if (!pieces) return std::move(pieces.error());
  DatePattern made;
  made.text_ = pattern;
  made.pieces_ = *std::move(pieces);
  const auto day = std::chrono::floor<std::chrono::days>(now);
  const JavaDate date = java_date(day.time_since_epoch().count());
  made.century_start_ =
      Instant(std::chrono::days(days_from_java_date(date.year - 80, date.month, date.day))) +
      (now - day);
  return made;
}

}  // namespace millrace::transform

#pragma once

#include "base/java_number.h"

#include <string_view>

namespace millrace::data {

/// Walks over the tokens of a text: each of `: , { } [ ] "` that no backslash stands before is one,
/// and so is what lies between two of them, backslashes included.
class TokenCursor {
 public:
  explicit TokenCursor(std::string_view text) : text_(text) { read(); }

  [[nodiscard]] bool at_end() const { return position_ == text_.size(); }
  [[nodiscard]] std::size_t position() const { return position_; }
  void go_to(std::size_t position) {
    position_ = position;
    read();
  }

  /// The token here, blanks and all; empty at the end.
  [[nodiscard]] std::string_view token() const { return token_; }
  /// The token here, behind blank ones if anything follows them, without blanks around it.
  std::string_view trimmed() {
    skip_blank();
    return java_trim(token_);
  }
  void next() { go_to(position_ + token_.size()); }
  /// Whether the token here is the last.
  [[nodiscard]] bool last() const { return position_ + token_.size() == text_.size(); }

  /// Goes past the token if, trimmed, it is this one.
  bool take(std::string_view expected) {
    if (trimmed() != expected) return false;
    next();
    return true;
  }

  /// The text from a position up to here.
  [[nodiscard]] std::string_view since(std::size_t start) const {
    return text_.substr(start, position_ - start);
  }

 private:
  void skip_blank() {
    while (!last() && java_trim(token_).empty()) next();
  }

  void read() {
    constexpr std::string_view delimiters = ":,{}[]\"";
    std::size_t end = position_;
    for (bool escaped = false; end < text_.size(); ++end) {
      const char c = text_[end];
      if (!escaped && delimiters.find(c) != delimiters.npos) break;
      escaped = c == '\\' && !escaped;
    }
    if (end == position_ && end < text_.size()) ++end;
    token_ = text_.substr(position_, end - position_);
  }

  std::string_view text_;
  std::size_t position_ = 0;
  std::string_view token_;
};

}  // namespace millrace::data

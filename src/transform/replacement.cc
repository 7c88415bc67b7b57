#include "transform/replacement.h"

namespace millrace::transform {

namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

Error illegal(std::string message) {
  return {ErrorCode::bad_record, "java.lang.IllegalArgumentException", std::move(message)};
}

class Expansion {
 public:
  Expansion(std::string_view replacement, const config::JavaRegex& regex,
            const config::JavaRegex::Groups& groups)
      : rest_(replacement), regex_(regex), groups_(groups) {}

  Result<std::string> run() {
    while (!rest_.empty()) {
      const char c = next();
      if (c == '\\') {
        if (rest_.empty()) return illegal("character to be escaped is missing");
        out_ += next();
      } else if (c == '$') {
        const Result<std::size_t> group = rest_.starts_with('{') ? named_group() : numbered_group();
        if (!group) return group.error();
        if (groups_[*group]) out_ += *groups_[*group];
      } else {
        out_ += c;
      }
    }
    return std::move(out_);
  }

 private:
  char next() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  Result<std::size_t> named_group() {
    rest_.remove_prefix(1);
    std::string name;
    while (!rest_.empty() && (is_letter(rest_.front()) || is_digit(rest_.front()))) name += next();
    if (name.empty()) return illegal("named capturing group has 0 length name");
    if (!rest_.starts_with('}')) {
      return illegal("named capturing group is missing trailing '}'");
    }
    rest_.remove_prefix(1);
    if (const auto number = regex_.group_number(name)) return *number;
    return illegal("No group with name {" + name + "}");
  }

  Result<std::size_t> numbered_group() {
    if (rest_.empty()) return illegal("Illegal group reference: group index is missing");
    if (!is_digit(rest_.front())) return illegal("Illegal group reference");
    auto number = static_cast<std::size_t>(next() - '0');
    if (number >= groups_.size()) {
      return Error{ErrorCode::bad_record, "java.lang.IndexOutOfBoundsException",
                   "No group " + std::to_string(number)};
    }
    while (!rest_.empty() && is_digit(rest_.front())) {
      const std::size_t longer = 10 * number + static_cast<std::size_t>(rest_.front() - '0');
      if (longer >= groups_.size()) break;
      number = longer;
      rest_.remove_prefix(1);
    }
    return number;
  }

  std::string_view rest_;
  const config::JavaRegex& regex_;
  const config::JavaRegex::Groups& groups_;
  std::string out_;
};

}  // namespace

Result<std::string> expand_replacement(std::string_view replacement, const config::JavaRegex& regex,
                                       const config::JavaRegex::Groups& groups) {
  return Expansion(replacement, regex, groups).run();
}

}  // namespace millrace::transform

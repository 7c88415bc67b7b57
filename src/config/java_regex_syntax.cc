#include "config/java_regex_syntax.h"

#include <array>
#include <optional>
#include <utility>

namespace millrace::config {

namespace {

/// Java's names for the classes of POSIX.
constexpr std::array<std::pair<std::string_view, std::string_view>, 13> posix_classes{{
    {"Lower", "lower"},
    {"Upper", "upper"},
    {"ASCII", "ascii"},
    {"Alpha", "alpha"},
    {"Digit", "digit"},
    {"Alnum", "alnum"},
    {"Punct", "punct"},
    {"Graph", "graph"},
    {"Print", "print"},
    {"Blank", "blank"},
    {"Cntrl", "cntrl"},
    {"XDigit", "xdigit"},
    {"Space", "space"},
}};

class Rewriter {
 public:
  explicit Rewriter(std::string_view pattern) : pattern_(pattern) {}

  Result<std::string> run() {
    while (at_ < pattern_.size() && !error_) step();
    if (error_) return *std::move(error_);
    return std::move(out_);
  }

 private:
  [[nodiscard]] std::string_view rest() const { return pattern_.substr(at_); }
  void copy(std::size_t characters) {
    out_ += pattern_.substr(at_, characters);
    at_ += characters;
  }
  void refuse(std::string_view what) {
    error_ =
        Error(ErrorCode::invalid_config, std::string(what) + " near index " + std::to_string(at_));
  }

  void step() {
    if (rest().front() == '\\') {
      escape();
    } else if (in_class_) {
      class_character();
    } else if (rest().front() == '[') {
      in_class_ = true;
      copy(rest().starts_with("[^") ? 2 : 1);
      // A bracket that comes first stands for itself, in both flavours.
      if (rest().starts_with(']')) copy(1);
    } else if (rest().starts_with("(*")) {
      refuse("Dangling meta character '*'");
    } else if (rest().starts_with("(?")) {
      group();
    } else {
      copy(1);
    }
  }

  void class_character() {
    if (rest().front() == '[') return refuse("Unsupported: a character class within another");
    if (rest().starts_with("&&"))
      return refuse("Unsupported: an intersection of character classes");
    in_class_ = rest().front() != ']';
    copy(1);
  }

  /// Lets through what Java knows, since PCRE2 knows more: (?: (?= (?! (?> (?<= (?<! (?<name> (?i)
  /// (?i:
  void group() {
    const std::string_view inside = rest().substr(2);
    if (inside.empty()) return copy(2);
    if (std::string_view(":=!>").find(inside.front()) != std::string_view::npos) return copy(3);
    if (inside.front() == '<') return copy(3);
    const std::size_t end = inside.find_first_not_of("imsx-");
    if (end == std::string_view::npos || (inside[end] != ')' && inside[end] != ':')) {
      at_ += 2;
      return refuse("Unknown inline modifier");
    }
    copy(2 + end);
  }

  void escape() {
    const std::string_view after = rest().substr(1);
    if (after.empty()) return copy(1);
    if (after.front() == 'Q') return quoted();
    if (after.front() == 'u') return code_unit();
    if (after.front() == '0') return octal();
    if ((after.front() == 'p' || after.front() == 'P') &&
        after.starts_with(std::string{after[0], '{'})) {
      return property(after.front() == 'P');
    }
    copy(2);
  }

  void quoted() {
    const std::size_t end = rest().find("\\E");
    copy(end == std::string_view::npos ? rest().size() : end + 2);
  }

  void code_unit() {
    const std::string_view digits = rest().substr(2, 4);
    if (digits.size() < 4 ||
        digits.find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos) {
      return refuse("Illegal Unicode escape sequence");
    }
    out_.append("\\x{").append(digits).append("}");
    at_ += 6;
  }

  void octal() {
    const std::size_t end = rest().substr(0, 5).find_first_not_of("01234567", 2);
    const std::string_view digits = rest().substr(2, end == std::string_view::npos ? 3 : end - 2);
    if (digits.empty()) return refuse("Illegal octal escape sequence");
    out_.append("\\o{").append(digits).append("}");
    at_ += 2 + digits.size();
  }

  void property(bool negated) {
    const std::size_t end = rest().find('}');
    if (end == std::string_view::npos) return refuse("Unclosed character family");
    std::string_view name = rest().substr(3, end - 3);
    at_ += end + 1;
    for (const auto& [java, posix] : posix_classes) {
      if (name != java) continue;
      const std::string words = "[:" + std::string(negated ? "^" : "") + std::string(posix) + ":]";
      out_ += in_class_ ? words : "[" + words + "]";
      return;
    }
    // Scripts and categories: \p{IsLatin}, \p{script=Latin}, \p{gc=Lu}.
    if (name.starts_with("Is")) name.remove_prefix(2);
    if (const std::size_t equals = name.find('='); equals != std::string_view::npos) {
      name.remove_prefix(equals + 1);
    }
    if (name == "Alphabetic") name = "L";
    out_.append(negated ? "\\P{" : "\\p{").append(name).append("}");
  }

  const std::string_view pattern_;
  std::size_t at_ = 0;
  bool in_class_ = false;
  std::string out_;
  std::optional<Error> error_;
};

}  // namespace

Result<std::string> to_pcre(std::string_view pattern) { return Rewriter(pattern).run(); }

}  // namespace millrace::config

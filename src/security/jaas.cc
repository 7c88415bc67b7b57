#include "security/jaas.h"

#include "base/ascii.h"
#include "base/secrets.h"

#include <fmt/format.h>

#include <optional>

namespace millrace::security {

namespace {

bool word_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool word_part(char c) { return word_start(c) || (c >= '0' && c <= '9') || c == '-' || c == '.'; }

/// Words, quoted texts and single signs, with blanks and comments between them.
class Lexer {
 public:
  enum class Kind { end, word, quoted, sign, broken };
  struct Token {
    Kind kind = Kind::end;
    std::string text;
    [[nodiscard]] bool is_sign(char c) const { return kind == Kind::sign && text[0] == c; }
  };

  explicit Lexer(std::string_view text) : rest_(text) {}

  Token next() {
    if (!skip_blanks()) return {Kind::broken, "a comment is not closed"};
    if (rest_.empty()) return {};
    const char first = rest_.front();
    if (first == '\'' || first == '"') return quoted(first);
    std::size_t size = 1;
    if (!word_start(first)) return {Kind::sign, std::string(take(1))};
    while (size < rest_.size() && word_part(rest_[size])) ++size;
    return {Kind::word, std::string(take(size))};
  }

 private:
  std::string_view take(std::size_t size) {
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(taken.size());
    return taken;
  }

  bool skip_blanks() {
    while (!rest_.empty()) {
      if (static_cast<unsigned char>(rest_.front()) <= ' ') {
        rest_.remove_prefix(1);
      } else if (rest_.starts_with("/*")) {
        const std::size_t end = rest_.find("*/", 2);
        if (end == std::string_view::npos) return false;
        take(end + 2);
      } else if (rest_.front() == '/') {  // a single one opens a comment, too
        take(std::min(rest_.find_first_of("\r\n"), rest_.size()));
      } else {
        return true;
      }
    }
    return true;
  }

  Token quoted(char quote) {
    take(1);
    std::string text;
    while (!rest_.empty()) {
      const char c = take(1)[0];
      if (c == quote) return {Kind::quoted, text};
      if (c == '\n' || c == '\r') break;
      if (c != '\\') {
        text += c;
      } else if (!rest_.empty()) {
        text += escaped();
      }
    }
    return {Kind::broken, "a quoted text is not closed"};
  }

  char escaped() {
    constexpr std::string_view names = "ntrbfav";
    constexpr std::string_view meanings = "\n\t\r\b\f\a\v";
    const char c = take(1)[0];
    if (const std::size_t at = names.find(c); at != std::string_view::npos) return meanings[at];
    if (c < '0' || c > '7') return c;
    int code = c - '0';  // up to three octal digits, not above 0377
    for (int digits = 1; digits < (c <= '3' ? 3 : 2); ++digits) {
      if (rest_.empty() || rest_.front() < '0' || rest_.front() > '7') break;
      code = code * 8 + (take(1)[0] - '0');
    }
    return static_cast<char>(code);
  }

  std::string_view rest_;
};

Error wrong(std::string what) { return Error{ErrorCode::invalid_config, std::move(what)}; }

std::optional<JaasFlag> flag_of(const Lexer::Token& token) {
  if (token.kind != Lexer::Kind::word) return std::nullopt;
  const std::string flag = ascii::lower(token.text);
  if (flag == "required") return JaasFlag::required;
  if (flag == "requisite") return JaasFlag::requisite;
  if (flag == "sufficient") return JaasFlag::sufficient;
  if (flag == "optional") return JaasFlag::optional;
  return std::nullopt;
}

/// One login module, up to its semicolon; its first token is taken already.
Result<JaasEntry> module_from(const Lexer::Token& first, Lexer& lexer) {
  using Kind = Lexer::Kind;
  if (first.kind == Kind::broken) return wrong(first.text);
  if (first.kind == Kind::end) return wrong("it is empty");
  if (first.kind == Kind::sign) return wrong("it must begin with a login module's class");
  JaasEntry entry;
  entry.module = first.text;
  if (!entry.module.ends_with("LoginModule")) secrets::add(entry.module);  // who knows what it is
  const std::optional<JaasFlag> flag = flag_of(lexer.next());
  if (!flag) {
    return wrong(fmt::format("after '{}' must come required, requisite, sufficient or optional",
                             entry.module));
  }
  entry.flag = *flag;
  bool after_secret = false;
  for (Lexer::Token token = lexer.next(); !token.is_sign(';'); token = lexer.next()) {
    if (token.kind == Kind::broken) return wrong(token.text);
    if (token.kind == Kind::end) return wrong("it must end with ';'");
    if (token.kind == Kind::sign)
      return wrong("after the flag must come options like username=\"x\"");
    const std::string key = token.text;
    if (!lexer.next().is_sign('=')) {
      // It may be the second word of a password without quotes.
      if (after_secret) secrets::add(key);
      return wrong(fmt::format("Value not specified for key '{}' in JAAS config", key));
    }
    token = lexer.next();
    if (token.kind == Kind::broken) return wrong(token.text);
    if (token.kind != Kind::word && token.kind != Kind::quoted) {
      return wrong(fmt::format(
          "Value not specified for key '{}' in JAAS config (texts that do not begin with "
          "a letter stand in quotes)",
          key));
    }
    after_secret = secrets::is_secret_key(ascii::lower(key));
    if (after_secret) secrets::add(token.text);
    entry.options.emplace_back(key, token.text);
  }
  return entry;
}

}  // namespace

std::string JaasEntry::option(std::string_view key) const {
  for (const auto& [name, value] : options) {
    if (name == key) return value;
  }
  return {};
}

bool JaasEntry::has(std::string_view key) const {
  for (const auto& [name, value] : options) {
    if (name == key) return true;
  }
  return false;
}

Result<JaasEntry> parse_jaas(std::string_view text) {
  Lexer lexer(text);
  Result<JaasEntry> entry = module_from(lexer.next(), lexer);
  if (entry && lexer.next().kind != Lexer::Kind::end) {
    entry = wrong("it holds more than one login module");
  }
  if (!entry) return wrong("setting 'sasl.jaas.config': " + entry.error().message());
  return entry;
}

Result<std::vector<JaasEntry>> parse_jaas_file(std::string_view text, std::string_view name) {
  using Kind = Lexer::Kind;
  Lexer lexer(text);
  std::optional<std::vector<JaasEntry>> found;
  for (Lexer::Token token = lexer.next(); token.kind != Kind::end; token = lexer.next()) {
    if (token.kind == Kind::broken) return wrong(token.text);
    if (token.kind == Kind::sign)
      return wrong(fmt::format("'{}' where a name should be", token.text));
    const std::string entry_name = token.text;
    if (!lexer.next().is_sign('{'))
      return wrong(fmt::format("after '{}' must come '{{'", entry_name));
    std::vector<JaasEntry> modules;
    for (token = lexer.next(); !token.is_sign('}'); token = lexer.next()) {
      if (token.kind == Kind::end) return wrong(fmt::format("'{}' is not closed", entry_name));
      Result<JaasEntry> module = module_from(token, lexer);
      if (!module) return wrong(fmt::format("in '{}': {}", entry_name, module.error().message()));
      modules.push_back(std::move(*module));
    }
    if (!lexer.next().is_sign(';'))
      return wrong(fmt::format("'{}' must end with '}};'", entry_name));
    if (entry_name == name) {
      if (found) return wrong(fmt::format("it holds '{}' twice", entry_name));
      found = std::move(modules);
    }
  }
  if (!found || found->empty()) return wrong(fmt::format("it holds no entry '{}'", name));
  return *std::move(found);
}

}  // namespace millrace::security

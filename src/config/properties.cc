#include "config/properties.h"

#include "config/text_file.h"

#include <charconv>
#include <cstdint>
#include <optional>

namespace millrace::config {

namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\f'; }
bool ends_line(char c) { return c == '\n' || c == '\r'; }

/// Joins natural lines into logical ones: no comments, no blank lines, no leading white space, no
/// backslash at a line's end.
class LogicalLines {
 public:
  explicit LogicalLines(std::string_view bytes) : rest_(bytes) {}

  /// Still escaped; nullopt at the end.
  std::optional<std::string> next() {
    std::string line;
    bool continued = false;
    while (!rest_.empty()) {
      skip_blanks();
      if (line.empty()) {
        first_line_ = line_number_;
        if (!rest_.empty() && (rest_.front() == '#' || rest_.front() == '!')) {
          while (!rest_.empty() && !ends_line(rest_.front())) rest_.remove_prefix(1);
        }
      }
      continued = append_natural_line(line);
      skip_line_end();
      if (!continued && !line.empty()) return line;
    }
    if (line.empty()) return std::nullopt;
    return line;
  }
  /// Where the last logical line started, counted from 1.
  [[nodiscard]] std::size_t number() const { return first_line_; }

 private:
  void skip_blanks() {
    while (!rest_.empty() && is_blank(rest_.front())) rest_.remove_prefix(1);
  }
  /// True: its last backslash, which is taken off, asks for the next line.
  bool append_natural_line(std::string& line) {
    bool escaped = false;
    while (!rest_.empty() && !ends_line(rest_.front())) {
      escaped = rest_.front() == '\\' && !escaped;
      line += rest_.front();
      rest_.remove_prefix(1);
    }
    if (escaped) line.pop_back();
    return escaped;
  }
  void skip_line_end() {
    if (rest_.empty()) return;
    rest_.remove_prefix(rest_.starts_with("\r\n") ? 2 : 1);
    ++line_number_;
  }

  std::string_view rest_;
  std::size_t line_number_ = 1;
  std::size_t first_line_ = 1;
};

void append_utf8(std::string& text, std::uint32_t code) {
  if (code < 0x80) {
    text += static_cast<char>(code);
  } else if (code < 0x800) {
    text += static_cast<char>(0xc0 | (code >> 6));
    text += static_cast<char>(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    text += static_cast<char>(0xe0 | (code >> 12));
    text += static_cast<char>(0x80 | ((code >> 6) & 0x3f));
    text += static_cast<char>(0x80 | (code & 0x3f));
  } else {
    text += static_cast<char>(0xf0 | (code >> 18));
    text += static_cast<char>(0x80 | ((code >> 12) & 0x3f));
    text += static_cast<char>(0x80 | ((code >> 6) & 0x3f));
    text += static_cast<char>(0x80 | (code & 0x3f));
  }
}

/// Collects UTF-16 units and gives UTF-8.
class Utf8Writer {
 public:
  void unit(std::uint32_t unit) {
    const bool low = unit >= 0xdc00 && unit <= 0xdfff;
    if (high_ != 0 && low) {
      append_utf8(text_, 0x10000 + ((high_ - 0xd800) << 10) + (unit - 0xdc00));
      high_ = 0;
      return;
    }
    lone_half();
    if (unit >= 0xd800 && unit <= 0xdbff) {
      high_ = unit;
    } else {
      append_utf8(text_, low ? 0xfffd : unit);
    }
  }
  /// A byte of a text that is UTF-8 already.
  void byte(char c) {
    lone_half();
    text_ += c;
  }
  std::string finish() {
    lone_half();
    return std::move(text_);
  }

 private:
  void lone_half() {
    if (high_ != 0) append_utf8(text_, 0xfffd);
    high_ = 0;
  }

  std::string text_;
  std::uint32_t high_ = 0;  // the first half of a pair, waiting for the second
};

/// The code of four hexadecimal digits at the start of the text.
std::optional<std::uint32_t> four_digits(std::string_view text) {
  if (text.size() < 4) return std::nullopt;
  std::uint32_t code = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + 4, code, 16);
  if (error != std::errc() || end != text.data() + 4) return std::nullopt;
  return code;
}

std::optional<std::string> unescape(std::string_view raw, Charset charset) {
  Utf8Writer out;
  while (!raw.empty()) {
    char c = raw.front();
    raw.remove_prefix(1);
    if (c == '\\') {
      if (raw.empty()) break;
      c = raw.front();
      raw.remove_prefix(1);
      if (c == 'u') {
        const std::optional<std::uint32_t> code = four_digits(raw);
        if (!code) return std::nullopt;
        out.unit(*code);
        raw.remove_prefix(4);
        continue;
      }
      if (c == 't') c = '\t';
      if (c == 'n') c = '\n';
      if (c == 'r') c = '\r';
      if (c == 'f') c = '\f';
    }
    if (charset == Charset::utf8) {
      out.byte(c);
    } else {
      out.unit(static_cast<unsigned char>(c));
    }
  }
  return out.finish();
}

struct RawEntry {
  std::string_view key;
  std::string_view value;
};

RawEntry split(std::string_view line) {
  std::size_t at = 0;
  for (bool escaped = false; at < line.size(); ++at) {
    const char c = line[at];
    if (!escaped && (c == '=' || c == ':' || is_blank(c))) break;
    escaped = c == '\\' && !escaped;
  }
  const std::string_view key = line.substr(0, at);
  line.remove_prefix(at);
  while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
  if (line.starts_with('=') || line.starts_with(':')) line.remove_prefix(1);
  while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
  return {key, line};
}

}  // namespace

Result<ConfigMap> parse_properties(std::string_view bytes, std::string_view file, Charset charset) {
  ConfigMap properties;
  LogicalLines lines(bytes);
  while (const std::optional<std::string> line = lines.next()) {
    const RawEntry entry = split(*line);
    std::optional<std::string> key = unescape(entry.key, charset);
    std::optional<std::string> value = unescape(entry.value, charset);
    if (!key || !value) {
      return Error(ErrorCode::invalid_config, "java.lang.IllegalArgumentException",
                   "properties file '" + std::string(file) + "', line " +
                       std::to_string(lines.number()) + ": Malformed \\uxxxx encoding.");
    }
    properties.set(*std::move(key), *std::move(value));
  }
  return properties;
}

Result<ConfigMap> read_properties(const std::string& path, Charset charset) {
  const Result<std::string> bytes = read_text_file(path);
  if (!bytes) return bytes.error();
  return parse_properties(*bytes, path, charset);
}

}  // namespace millrace::config

#include "http/lenient_json.h"

#include <algorithm>
#include <charconv>

namespace millrace::http {

namespace {

constexpr int deepest = 200;

void append_utf8(std::string& out, std::uint32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | (code >> 12));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (code >> 18));
    out += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
}

bool is_number(std::string_view word) {
  if (word.starts_with('-')) word.remove_prefix(1);
  const auto digits = [&word] {
    const std::size_t count = std::min(word.find_first_not_of("0123456789"), word.size());
    word.remove_prefix(count);
    return count;
  };
  const bool zero = word.starts_with('0');
  const std::size_t whole = digits();
  if (whole == 0 || (zero && whole > 1)) return false;
  if (word.starts_with('.')) {
    word.remove_prefix(1);
    if (digits() == 0) return false;
  }
  if (word.starts_with('e') || word.starts_with('E')) {
    word.remove_prefix(1);
    if (word.starts_with('+') || word.starts_with('-')) word.remove_prefix(1);
    if (digits() == 0) return false;
  }
  return word.empty();
}

bool is_word(std::string_view text, std::string_view lower) {
  return std::ranges::equal(text, lower, [](char a, char b) { return a == b || a == b - 32; });
}

/// Each step returns false where there is no way on.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool document(LooseJson& out) {
    if (rest_.starts_with("\xEF\xBB\xBF")) rest_.remove_prefix(3);
    return value(out, 0) && skip() && rest_.empty();
  }

 private:
  /// White space and comments. False: a comment without an end.
  bool skip() {
    while (!rest_.empty()) {
      if (rest_.find_first_of(" \t\r\n") == 0) {
        rest_.remove_prefix(1);
      } else if (rest_.starts_with("/*")) {
        const std::size_t end = rest_.find("*/", 2);
        if (end == std::string_view::npos) return false;
        rest_.remove_prefix(end + 2);
      } else if (rest_.starts_with("//") || rest_.starts_with('#')) {
        rest_.remove_prefix(std::min(rest_.find_first_of("\r\n"), rest_.size()));
      } else {
        break;
      }
    }
    return true;
  }

  bool take(std::string_view token) {
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }

  bool value(LooseJson& out, int depth) {
    if (depth > deepest || !skip() || rest_.empty()) return false;
    if (take("{")) return object(out, depth);
    if (take("[")) return array(out, depth);
    if (rest_.front() == '"' || rest_.front() == '\'') {
      out.kind = LooseJson::Kind::string;
      return quoted(out.text);
    }
    return word(out);
  }

  bool object(LooseJson& out, int depth) {
    out.kind = LooseJson::Kind::object;
    if (!skip()) return false;
    if (take("}")) return true;
    while (true) {
      std::string name;
      LooseJson member;
      if (!skip() || !name_of(name) || !skip()) return false;
      if (take("=")) {
        take(">");
      } else if (!take(":")) {
        return false;
      }
      if (!value(member, depth + 1) || !skip()) return false;
      const auto same = std::ranges::find(out.members, name, &LooseJson::Member::first);
      if (same != out.members.end()) {
        same->second = std::move(member);
      } else {
        out.members.emplace_back(std::move(name), std::move(member));
      }
      if (take("}")) return true;
      if (!take(",") && !take(";")) return false;
    }
  }

  bool array(LooseJson& out, int depth) {
    out.kind = LooseJson::Kind::array;
    for (bool first = true;; first = false) {
      if (!skip()) return false;
      if (first && take("]")) return true;
      out.elements.emplace_back();  // null where an element is left out
      const bool left_out = rest_.find_first_of(",;]") == 0;
      if (!left_out && (!value(out.elements.back(), depth + 1) || !skip())) return false;
      if (take("]")) return true;
      if (!take(",") && !take(";")) return false;
    }
  }

  bool name_of(std::string& out) {
    if (rest_.empty()) return false;
    if (rest_.front() == '"' || rest_.front() == '\'') return quoted(out);
    out = bare();
    return !out.empty();
  }

  std::string_view bare() {
    const std::size_t end = std::min(rest_.find_first_of("/\\;#={}[]:, \t\f\r\n"), rest_.size());
    const std::string_view text = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return text;
  }

  bool word(LooseJson& out) {
    const std::string_view text = bare();
    if (text.empty()) return false;
    if (is_word(text, "null")) return true;
    if (is_word(text, "true") || is_word(text, "false")) {
      out.kind = LooseJson::Kind::boolean;
      out.text = is_word(text, "true") ? "true" : "false";
      return true;
    }
    out.kind = is_number(text) ? LooseJson::Kind::number : LooseJson::Kind::string;
    out.text = text;
    return true;
  }

  bool quoted(std::string& out) {
    const char quote = rest_.front();
    rest_.remove_prefix(1);
    while (!rest_.empty()) {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == quote) return true;
      if (c != '\\') {
        out += c;
      } else if (!escape(out)) {
        return false;
      }
    }
    return false;
  }

  bool escape(std::string& out) {
    if (rest_.empty()) return false;
    const char c = rest_.front();
    rest_.remove_prefix(1);
    constexpr std::string_view from = "tbnrf\n'\"\\/";
    constexpr std::string_view to = "\t\b\n\r\f\n'\"\\/";
    if (const std::size_t at = from.find(c); at != std::string_view::npos) {
      out += to[at];
      return true;
    }
    std::uint32_t code = 0;
    if (c != 'u' || !hex(code)) return false;
    if (code >= 0xD800 && code < 0xDC00 && rest_.starts_with("\\u")) {
      const std::string_view before = rest_;
      std::uint32_t low = 0;
      rest_.remove_prefix(2);
      if (!hex(low)) return false;
      if (low >= 0xDC00 && low < 0xE000) {
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
      } else {
        rest_ = before;
      }
    }
    if (code >= 0xD800 && code < 0xE000) code = '?';  // half a pair has no form in UTF-8
    append_utf8(out, code);
    return true;
  }

  bool hex(std::uint32_t& code) {
    if (rest_.size() < 4) return false;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + 4, code, 16);
    if (error != std::errc() || end != rest_.data() + 4) return false;
    rest_.remove_prefix(4);
    return true;
  }

  std::string_view rest_;
};

}  // namespace

const LooseJson* LooseJson::find(std::string_view name) const {
  const auto member = std::ranges::find(members, name, &Member::first);
  return member == members.end() ? nullptr : &member->second;
}

std::optional<LooseJson> read_loose_json(std::string_view text) {
  LooseJson document;
  if (!Reader(text).document(document)) return std::nullopt;
  return document;
}

}  // namespace millrace::http

#include "config/version_range.h"

#include <algorithm>
#include <array>

namespace millrace::config {

namespace {

/// A run of digits or of letters between points, dashes and changes from one to the other.
struct Token {
  bool number = false;
  std::string text;  ///< digits without leading zeros, or small letters

  bool operator==(const Token&) const = default;
};

std::vector<Token> tokens_of(std::string_view version) {
  std::vector<Token> tokens;
  bool apart = true;
  for (const char c : version) {
    if (c == '.' || c == '-' || c == '_' || c == '+') {
      apart = true;
      continue;
    }
    const bool digit = c >= '0' && c <= '9';
    if (apart || tokens.back().number != digit) tokens.push_back({digit, {}});
    apart = false;
    tokens.back().text += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }
  for (Token& token : tokens) {
    if (!token.number) continue;
    token.text.erase(0, std::min(token.text.find_first_not_of('0'), token.text.size()));
  }
  // Zeros before a word and at the end say nothing: 1.0.0-rc is 1-rc.
  std::vector<Token> telling;
  for (std::size_t i = tokens.size(); i-- > 0;) {
    const bool zero = tokens[i].number && tokens[i].text.empty();
    if (zero && (telling.empty() || !telling.back().number)) continue;
    telling.push_back(std::move(tokens[i]));
  }
  std::ranges::reverse(telling);
  return telling;
}

/// What comes before a release, the release itself (empty), and what comes after it.
constexpr std::array<std::string_view, 7> known_words = {"alpha",    "beta", "milestone", "rc",
                                                         "snapshot", "",     "sp"};

std::size_t rank_of(std::string_view word) {
  if (word == "a") word = "alpha";
  if (word == "b") word = "beta";
  if (word == "m") word = "milestone";
  if (word == "cr") word = "rc";
  if (word == "ga" || word == "final" || word == "release") word = "";
  return static_cast<std::size_t>(std::ranges::find(known_words, word) - known_words.begin());
}

/// A token that is missing counts as the release: 1 is 1.0, and 1-rc comes before it.
std::weak_ordering compare(const Token* a, const Token* b) {
  const auto is_number = [](const Token* token) { return token != nullptr && token->number; };
  if (is_number(a) || is_number(b)) {
    const std::string none;
    const std::string& x = is_number(a) ? a->text : none;
    const std::string& y = is_number(b) ? b->text : none;
    if (a != nullptr && b != nullptr && a->number != b->number) {
      return a->number ? std::weak_ordering::greater : std::weak_ordering::less;
    }
    if (x.size() != y.size()) return x.size() <=> y.size();
    return x <=> y;
  }
  const std::string release;
  const std::string& x = a != nullptr ? a->text : release;
  const std::string& y = b != nullptr ? b->text : release;
  const std::size_t rank = rank_of(x);
  if (rank != rank_of(y) || rank < known_words.size()) return rank <=> rank_of(y);
  return x <=> y;
}

std::string trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return std::string(text);
}

Error refused(std::string_view why, std::string_view text) {
  return Error{ErrorCode::invalid_config,
               "org.apache.maven.artifact.versioning.InvalidVersionSpecificationException",
               std::string(why) + ": " + std::string(text)};
}

}  // namespace

std::weak_ordering compare_versions(std::string_view a, std::string_view b) {
  const std::vector<Token> x = tokens_of(a);
  const std::vector<Token> y = tokens_of(b);
  for (std::size_t i = 0; i < std::max(x.size(), y.size()); ++i) {
    const auto order = compare(i < x.size() ? &x[i] : nullptr, i < y.size() ? &y[i] : nullptr);
    if (std::is_neq(order)) return order;
  }
  return std::weak_ordering::equivalent;
}

Result<VersionRange> VersionRange::parse(std::string_view text) {
  VersionRange range;
  range.text_ = text;
  if (text == "latest") {
    range.any_ = true;
    return range;
  }
  if (!text.starts_with('[') && !text.starts_with('(')) {
    const std::string version = trimmed(text);
    range.text_ = "[" + version + "," + version + "]";
    if (!version.empty()) range.parts_.push_back({version, version, true, true});
    return range;
  }
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t end = rest.find_first_of("])");
    const bool opens = rest.starts_with('[') || rest.starts_with('(');
    if (end == std::string_view::npos || !opens || rest.find_first_of("[(", 1) < end) {
      return refused("Unbounded range", text);
    }
    const std::string_view inside = rest.substr(1, end - 1);
    Part part{.with_lower = rest.front() == '[', .with_upper = rest[end] == ']'};
    if (const std::size_t comma = inside.find(','); comma != std::string_view::npos) {
      if (std::string lower = trimmed(inside.substr(0, comma)); !lower.empty()) part.lower = lower;
      if (std::string upper = trimmed(inside.substr(comma + 1)); !upper.empty()) part.upper = upper;
      if (part.lower && part.upper && std::is_lt(compare_versions(*part.upper, *part.lower))) {
        return refused("Range defies version ordering", text);
      }
    } else {
      if (!part.with_lower || !part.with_upper) {
        return refused("Single version must be surrounded by []", text);
      }
      part.lower = part.upper = trimmed(inside);
    }
    range.parts_.push_back(std::move(part));
    rest.remove_prefix(end + 1);
    if (rest.starts_with(',')) rest.remove_prefix(1);
  }
  return range;
}

bool VersionRange::contains(std::string_view version) const {
  return any_ || std::ranges::any_of(parts_, [version](const Part& part) {
           if (part.lower) {
             const auto order = compare_versions(version, *part.lower);
             if (part.with_lower ? std::is_lt(order) : std::is_lteq(order)) return false;
           }
           if (part.upper) {
             const auto order = compare_versions(version, *part.upper);
             if (part.with_upper ? std::is_gt(order) : std::is_gteq(order)) return false;
           }
           return true;
         });
}

}  // namespace millrace::config

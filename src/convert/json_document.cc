#include "convert/json_document.h"

#include "convert/errors.h"
#include "convert/json_options.h"
#include "convert/json_text.h"
#include "convert/utf8.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <unordered_map>

namespace millrace::convert {

namespace {

constexpr std::size_t max_string_units = 20'000'000;
constexpr std::size_t max_name_bytes = 50'000;
constexpr std::size_t kept_capacity = 1 << 20;  // bytes of decoded text, and nodes / 16

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

bool is_word_part(char c) {
  return static_cast<unsigned char>(c) >= 0x80 || std::isalnum(static_cast<unsigned char>(c)) ||
         c == '_' || c == '$';
}

// As Java counts characters: those above U+FFFF are two.
std::size_t utf16_size(std::string_view text) {
  std::size_t units = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    units += (byte & 0xC0) == 0x80 ? 0 : byte >= 0xF0 ? 2 : 1;
  }
  return units;
}

bool too_long(std::string_view text, bool is_name) {
  if (is_name) return text.size() > max_name_bytes;
  return text.size() > max_string_units && utf16_size(text) > max_string_units;
}

}  // namespace

std::string_view json_kind_word(JsonKind kind) {
  constexpr std::array<std::string_view, 7> words = {"MISSING", "NULL",  "BOOLEAN", "NUMBER",
                                                     "STRING",  "ARRAY", "OBJECT"};
  return words[static_cast<std::size_t>(kind)];
}

const JsonNode* JsonNode::member(std::string_view name) const {
  if (kind != JsonKind::object) return nullptr;
  for (const JsonNode* at = first(); at != end(); at = at->next()->next()) {
    if (at->text == name) return at->next();
  }
  return nullptr;
}

Result<std::size_t> JsonDocument::parse(std::string_view source, std::size_t at,
                                        std::size_t depth) {
  if (nodes_.capacity() > kept_capacity / 16) std::vector<JsonNode>().swap(nodes_);
  if (decoded_.capacity() > kept_capacity) std::string().swap(decoded_);
  nodes_.clear();
  decoded_.clear();
  source_ = source.data();
  at_ = source_ + at;
  end_ = source_ + source.size();
  problem_ = nullptr;
  non_ascii_ = false;

  skip_blanks();
  if (at_end()) {
    push(JsonKind::missing, at_);
    return source.size();
  }
  const bool read = value(depth) && [&] {
    if (depth != 0 || at_end()) return true;
    const JsonKind kind = nodes_.front().kind;
    const bool word = kind == JsonKind::boolean || kind == JsonKind::null;
    const bool ends = kind == JsonKind::number ? is_blank(*at_) : !word || !is_word_part(*at_);
    return ends || fail("a character directly behind the value");
  }();
  const auto position = static_cast<std::size_t>(at_ - source_);
  if (read && non_ascii_ && !is_utf8(source.substr(at, position - at))) {
    return serialization_error("not JSON: broken UTF-8 before byte " + std::to_string(position));
  }
  if (!read) {
    return serialization_error("not JSON: " + std::string(problem_) + " at byte " +
                               std::to_string(position));
  }
  return position;
}

bool JsonDocument::fail(const char* problem) {
  problem_ = at_end() ? "the text ends too early" : problem;
  return false;
}

void JsonDocument::skip_blanks() {
  while (!at_end() && is_blank(*at_)) ++at_;
}

JsonNode& JsonDocument::push(JsonKind kind, const char* start) {
  JsonNode& node = nodes_.emplace_back();
  node.kind = kind;
  node.start = static_cast<std::size_t>(start - source_);
  node.text = {start, static_cast<std::size_t>(at_ - start)};
  return node;
}

bool JsonDocument::value(std::size_t depth) {
  if (at_end()) return fail("no value");
  switch (*at_) {
    case '{': return object(depth + 1);
    case '[': return array(depth + 1);
    case '"': return string(false);
    case 't': return word("true", JsonKind::boolean);
    case 'f': return word("false", JsonKind::boolean);
    case 'n': return word("null", JsonKind::null);
    default: return number();
  }
}

bool JsonDocument::object(std::size_t depth) {
  if (depth > max_json_depth) return fail("more than 1000 levels");
  const std::size_t index = nodes_.size();
  push(JsonKind::object, at_++);
  skip_blanks();
  for (std::uint32_t members = 0; at_end() || *at_ != '}' || members != 0;) {
    if (at_end() || *at_ != '"') return fail("no name in quotes");
    if (!string(true)) return false;
    skip_blanks();
    if (at_end() || *at_ != ':') return fail("no colon behind a name");
    ++at_;
    skip_blanks();
    if (!value(depth)) return false;
    nodes_[index].count = ++members;
    skip_blanks();
    if (!at_end() && *at_ == '}') break;
    if (at_end() || *at_ != ',') return fail("neither comma nor closing brace");
    ++at_;
    skip_blanks();
  }
  ++at_;
  close(index);
  if (has_repeats(index)) drop_repeats(index);
  return true;
}

bool JsonDocument::array(std::size_t depth) {
  if (depth > max_json_depth) return fail("more than 1000 levels");
  const std::size_t index = nodes_.size();
  push(JsonKind::array, at_++);
  skip_blanks();
  for (std::uint32_t elements = 0; at_end() || *at_ != ']' || elements != 0;) {
    if (!value(depth)) return false;
    nodes_[index].count = ++elements;
    skip_blanks();
    if (!at_end() && *at_ == ']') break;
    if (at_end() || *at_ != ',') return fail("neither comma nor closing bracket");
    ++at_;
    skip_blanks();
  }
  ++at_;
  close(index);
  return true;
}

void JsonDocument::close(std::size_t index) {
  JsonNode& node = nodes_[index];
  node.span = static_cast<std::uint32_t>(nodes_.size() - index);
  node.text = {source_ + node.start, static_cast<std::size_t>(at_ - source_) - node.start};
}

bool JsonDocument::has_repeats(std::size_t index) {
  const JsonNode& object = nodes_[index];
  if (object.count < 2) return false;
  names_.clear();
  for (const JsonNode* at = object.first(); at != object.end(); at = at->next()->next()) {
    names_.push_back(at->text);
  }
  if (names_.size() > 16) {
    std::sort(names_.begin(), names_.end());
    return std::adjacent_find(names_.begin(), names_.end()) != names_.end();
  }
  for (auto name = names_.begin(); name != names_.end(); ++name) {
    if (std::find(name + 1, names_.end(), *name) != names_.end()) return true;
  }
  return false;
}

// Each name in the place of its first occurrence, with the value of its last.
void JsonDocument::drop_repeats(std::size_t index) {
  const JsonNode& object = nodes_[index];
  std::unordered_map<std::string_view, std::size_t> places;
  std::vector<std::pair<const JsonNode*, const JsonNode*>> members;
  for (const JsonNode* at = object.first(); at != object.end(); at = at->next()->next()) {
    const auto [place, is_new] = places.emplace(at->text, members.size());
    if (is_new) members.emplace_back(at, nullptr);
    members[place->second].second = at->next();
  }
  std::vector<JsonNode> kept;
  for (const auto& [name, content] : members) {
    kept.push_back(*name);
    kept.insert(kept.end(), content, content->end());
  }
  nodes_[index].count = static_cast<std::uint32_t>(members.size());
  nodes_[index].span = static_cast<std::uint32_t>(kept.size() + 1);
  nodes_.resize(index + 1);
  nodes_.insert(nodes_.end(), kept.begin(), kept.end());
}

bool JsonDocument::word(std::string_view expected, JsonKind kind) {
  const std::string_view rest(at_, static_cast<std::size_t>(end_ - at_));
  if (!rest.starts_with(expected)) return fail("an unknown word");
  const char* start = at_;
  at_ += expected.size();
  push(kind, start).is_true = expected == "true";
  return true;
}

bool JsonDocument::string(bool is_name) {
  const char* const from = ++at_;
  at_ = find_string_end(at_, end_, non_ascii_);
  if (at_end()) return fail("no closing quote");
  if (*at_ == '\\') return decode_string(from, is_name);
  if (*at_ != '"') return fail("a control character in a string");
  const std::string_view text(from, static_cast<std::size_t>(at_ - from));
  if (too_long(text, is_name)) return fail(is_name ? "a name too long" : "a string too long");
  ++at_;
  push(JsonKind::string, from - 1).text = text;
  return true;
}

// A string with escapes: at_ is at the first of them.
bool JsonDocument::decode_string(const char* from, bool is_name) {
  // Decoding makes nothing longer, so one reservation holds all strings of the document.
  decoded_.reserve(static_cast<std::size_t>(end_ - source_));
  const std::size_t start = decoded_.size();
  decoded_.append(from, at_);
  while (*at_ != '"') {
    if (*at_ != '\\') return fail("a control character in a string");
    ++at_;
    if (!escape()) return false;
    const char* const plain = at_;
    at_ = find_string_end(at_, end_, non_ascii_);
    if (at_end()) return fail("no closing quote");
    decoded_.append(plain, at_);
  }
  ++at_;
  const auto text = std::string_view(decoded_).substr(start);
  if (too_long(text, is_name)) return fail(is_name ? "a name too long" : "a string too long");
  JsonNode& node = push(JsonKind::string, from - 1);
  node.text = text;
  node.in_source = false;
  return true;
}

bool JsonDocument::escape() {
  if (at_end()) return fail("no escape");
  switch (*at_) {
    case '"':
    case '\\':
    case '/': decoded_.push_back(*at_); break;
    case 'b': decoded_.push_back('\b'); break;
    case 'f': decoded_.push_back('\f'); break;
    case 'n': decoded_.push_back('\n'); break;
    case 'r': decoded_.push_back('\r'); break;
    case 't': decoded_.push_back('\t'); break;
    case 'u': {
      ++at_;
      std::uint32_t unit = 0;
      if (!hex_unit(unit)) return false;
      const bool pair =
          unit >= 0xD800 && unit < 0xDC00 && end_ - at_ >= 6 && at_[0] == '\\' && at_[1] == 'u';
      if (pair) {
        const char* const second = at_;
        at_ += 2;
        std::uint32_t low = 0;
        if (!hex_unit(low)) return false;
        if (low >= 0xDC00 && low < 0xE000) {
          unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
        } else {
          at_ = second;  // not the other half: it is read again by itself
        }
      }
      append_utf8(unit, decoded_);
      return true;
    }
    default: return fail("an unknown escape");
  }
  ++at_;
  return true;
}

bool JsonDocument::hex_unit(std::uint32_t& unit) {
  for (int digits = 0; digits < 4; ++digits, ++at_) {
    if (at_end()) return fail("no hex digit");
    const char c = *at_;
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) return fail("no hex digit");
    unit = unit << 4 | static_cast<std::uint32_t>(digit);
  }
  return true;
}

}  // namespace millrace::convert

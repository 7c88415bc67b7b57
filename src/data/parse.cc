#include "base/java_decimal.h"
#include "base/java_number.h"
#include "data/common_schema.h"
#include "data/iso_date.h"
#include "data/number_value.h"
#include "data/token_cursor.h"
#include "data/values.h"
#include "millrace/value_text.h"

#include <functional>
#include <unordered_map>

namespace millrace::data {

namespace {

constexpr int max_depth = 1000;  // brackets in each other: deeper texts stay texts

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Entries in the order of their first appearance; the last value of a key counts.
class MapFiller {
 public:
  void put(Value key, Value value) {
    const std::size_t hash = std::hash<std::string>{}(to_text(key));
    const auto [first, last] = places_.equal_range(hash);
    for (auto place = first; place != last; ++place) {
      if (entries_[place->second].first == key) {
        entries_[place->second].second = std::move(value);
        return;
      }
    }
    places_.emplace(hash, entries_.size());
    entries_.emplace_back(std::move(key), std::move(value));
  }
  Value::Map take() { return std::move(entries_); }

 private:
  Value::Map entries_;
  std::unordered_multimap<std::size_t, std::size_t> places_;
};

/// Each function gives none where the text is not what it looks for; a null is a value without
/// schema. Once a bracket was open, none means that the whole text is a STRING.
class Parser {
 public:
  using Parsed = std::optional<SchemaAndValue>;

  explicit Parser(std::string_view text) : cursor_(text) {}

  /// One of the words, if it is all that there is.
  Parsed whole_word() {
    const std::string_view token = cursor_.trimmed();
    return cursor_.last() ? word(token) : std::nullopt;
  }

  /// An array, a map, or a date or number that the text begins with.
  Parsed top() {
    if (cursor_.take("[")) return array(1);
    if (cursor_.take("{")) return map(1);
    return scalar();
  }

 private:
  static Parsed word(std::string_view token) {
    if (token == "null") return SchemaAndValue{};
    if (token == "true") return SchemaAndValue{schemas::of(Type::boolean), true};
    if (token == "false") return SchemaAndValue{schemas::of(Type::boolean), false};
    return std::nullopt;
  }

  Parsed element(int depth) {
    if (cursor_.take("\"")) return quoted();
    if (Parsed parsed = word(cursor_.trimmed())) {
      cursor_.next();
      return parsed;
    }
    const bool is_array = cursor_.trimmed() == "[";
    if (is_array || cursor_.trimmed() == "{") {
      if (depth == max_depth) return std::nullopt;
      cursor_.next();
      return is_array ? array(depth + 1) : map(depth + 1);
    }
    return scalar();
  }

  /// Up to the next bare quote. Blanks are lost where there is nothing else between two delimiters.
  Parsed quoted() {
    std::string content;
    while (!cursor_.at_end() && !cursor_.take("\"")) {
      content += cursor_.token();
      cursor_.next();
    }
    if (const std::optional<IsoDate> date = parse_iso_date(content)) {
      return SchemaAndValue{schema_of(date->type), date->instant};
    }
    return SchemaAndValue{schemas::string(), Text(content)};
  }

  Parsed scalar() {
    const std::string_view token = cursor_.trimmed();
    if (token.empty()) return std::nullopt;
    cursor_.next();
    if (is_digit(token[0])) {
      if (const std::optional<IsoDate> date = date_from(token)) {
        return SchemaAndValue{schema_of(date->type), date->instant};
      }
    }
    if (is_digit(token[0]) || token[0] == '+' || token[0] == '-') {
      if (const auto digits = parse_decimal_digits(token)) return number_value(*digits);
    }
    return std::nullopt;
  }

  /// The colons of a time are tokens of their own, so it is five tokens long.
  std::optional<IsoDate> date_from(std::string_view token) {
    const std::size_t start = cursor_.position();
    int more = 0;
    for (; more < 4 && !cursor_.at_end(); ++more) cursor_.next();
    if (more == 4) {
      const std::string joined = std::string(token).append(cursor_.since(start));
      if (const std::optional<IsoDate> date = parse_iso_date(joined)) return date;
    }
    cursor_.go_to(start);
    return parse_iso_date(token);
  }

  Parsed array(int depth) {
    Value::Array elements;
    CommonSchema common;
    for (bool separated = true; !cursor_.at_end();) {
      if (cursor_.take("]")) return finish_array(std::move(elements), common.schema());
      if (!separated) return std::nullopt;
      Parsed parsed = element(depth);
      if (!parsed) return std::nullopt;
      common.add(parsed->schema);
      elements.push_back(std::move(parsed->value));
      separated = cursor_.take(",");
    }
    return std::nullopt;
  }

  static Parsed finish_array(Value::Array elements, const SchemaPtr& schema) {
    if (schema == nullptr) {
      return SchemaAndValue{SchemaBuilder::array_of_anything().build_checked(),
                            std::move(elements)};
    }
    for (Value& element : elements) {
      Result<Value> converted = convert(*schema, nullptr, element);
      if (!converted) return std::nullopt;
      element = std::move(*converted);
    }
    return SchemaAndValue{SchemaBuilder::array(schema).build_checked(), std::move(elements)};
  }

  Parsed map(int depth) {
    MapFiller entries;
    CommonSchema keys;
    CommonSchema values;
    while (!cursor_.at_end()) {
      if (cursor_.take("}")) return finish_map(entries.take(), keys.schema(), values.schema());
      Parsed key = element(depth);
      if (!key || key->value.is_null() || !cursor_.take(":")) return std::nullopt;
      Parsed value = element(depth);
      if (!value) return std::nullopt;
      keys.add(key->schema);
      values.add(value->schema);
      entries.put(std::move(key->value), std::move(value->value));
      cursor_.take(",");
    }
    return std::nullopt;
  }

  static Parsed finish_map(Value::Map entries, const SchemaPtr& keys, const SchemaPtr& values) {
    const SchemaPtr value_schema = keys == nullptr ? nullptr : values;
    MapFiller converted;  // keys that were different may be equal in the common type
    for (auto& [key, value] : entries) {
      Result<Value> new_key = keys == nullptr ? key : convert(*keys, nullptr, key);
      Result<Value> new_value =
          value_schema == nullptr ? value : convert(*value_schema, nullptr, value);
      if (!new_key || !new_value) return std::nullopt;
      converted.put(std::move(*new_key), std::move(*new_value));
    }
    return SchemaAndValue{SchemaBuilder::map_of(keys, value_schema).build_checked(),
                          converted.take()};
  }

  TokenCursor cursor_;
};

}  // namespace

std::optional<SchemaAndValue> parse_text(std::string_view text) {
  const auto as_it_is = [&] { return SchemaAndValue{schemas::string(), Text(text)}; };
  if (java_trim(text).empty()) return as_it_is();
  if (const std::optional<SchemaAndValue> word = Parser(text).whole_word()) {
    if (word->schema == nullptr) return std::nullopt;
    return word;
  }
  std::optional<SchemaAndValue> parsed = Parser(text).top();
  return parsed ? std::move(*parsed) : as_it_is();
}

}  // namespace millrace::data

#include "http/text_template.h"

#include "http/encoding.h"
#include "http/header_list.h"
#include "millrace/struct.h"
#include "millrace/value_text.h"

#include <optional>

namespace millrace::http {

namespace {

bool is_known(std::string_view word) {
  for (const std::string_view one : {"topic", "partition", "offset", "timestamp", "key"}) {
    if (word == one) return true;
  }
  for (const std::string_view prefix : {"key.", "value.", "header."}) {
    if (word.starts_with(prefix) && word.size() > prefix.size()) return true;
  }
  return false;
}

/// A field of a struct, or an entry of a map; fields within fields are separated by dots.
Value field_of(const Value& value, std::string_view path) {
  const std::size_t dot = path.find('.');
  const std::string_view name = path.substr(0, dot);
  Value found;
  if (const Struct* structure = value.get_if<Struct>()) {
    const Field* field = structure->schema()->find_field(name);
    if (field != nullptr) found = structure->get(*field);
  } else if (const Value::Map* map = value.get_if<Value::Map>()) {
    for (const auto& [key, entry] : *map) {
      if (key.view() == name && !key.is_null()) found = entry;
    }
  }
  return dot == std::string_view::npos ? found : field_of(found, path.substr(dot + 1));
}

std::string text_of(const Value& value) { return value.is_null() ? std::string() : to_text(value); }

std::string look_up(const SinkRecord& record, std::string_view word) {
  if (word == "topic") return record.topic.str();
  if (word == "partition") return std::to_string(record.partition.value_or(0));
  if (word == "offset") return std::to_string(record.kafka_offset);
  if (word == "timestamp") return record.timestamp ? std::to_string(*record.timestamp) : "";
  if (word == "key") return text_of(record.key);
  if (word.starts_with("key.")) return text_of(field_of(record.key, word.substr(4)));
  if (word.starts_with("value.")) return text_of(field_of(record.value, word.substr(6)));
  const Header* header = record.headers.last(word.substr(7));
  return header == nullptr ? std::string() : text_of(header->value);
}

}  // namespace

TextTemplate::TextTemplate(std::string_view text) {
  std::string before;
  while (true) {
    const std::size_t begin = text.find("${");
    const std::size_t end = begin == std::string_view::npos ? begin : text.find('}', begin);
    if (end == std::string_view::npos) break;
    const std::string_view word = text.substr(begin + 2, end - begin - 2);
    if (is_known(word)) {
      before += text.substr(0, begin);
      parts_.push_back({std::move(before), std::string(word)});
      before.clear();
    } else {
      before += text.substr(0, end + 1);
    }
    text.remove_prefix(end + 1);
  }
  rest_ = before + std::string(text);
}

Result<std::string> TextTemplate::render(const SinkRecord& record, Use use) const {
  std::string out;
  for (const Part& part : parts_) {
    out += part.before;
    const std::string text = look_up(record, part.word);
    if (!is_safe_in_header(text)) {
      return Error{ErrorCode::bad_record, "${" + part.word +
                                              "} has a line break or another control "
                                              "character in it, and is not sent"};
    }
    if (use == Use::url) {
      append_percent_encoded(out, text);
    } else {
      out += text;
    }
  }
  return out + rest_;
}

}  // namespace millrace::http

#include "millrace/record.h"

#include "api/validate.h"
#include "millrace/value_text.h"

#include <algorithm>

namespace millrace {

namespace {

/// Only the kind of the value is looked at, not what lies inside. Where a logical type is asked
/// for, the value that it is stored as passes too.
bool fits(const Schema& schema, const Value& value) {
  return kind_fits(schema, value.kind()) ||
         (is_primitive(schema.type()) &&
          static_cast<int>(value.kind()) == static_cast<int>(schema.type()) + 1);
}

}  // namespace

Result<void> Headers::add(Text key, SchemaPtr schema, Value value) {
  if (schema != nullptr) {
    if (value.is_null() && !schema->optional()) {
      return Error{ErrorCode::bad_record,
                   "A null value requires an optional schema but was " + schema->to_string()};
    }
    if (!value.is_null() && !fits(*schema, value)) {
      return Error{ErrorCode::bad_record, "The value " + to_text(value) +
                                              " is not compatible with the schema " +
                                              schema->to_string()};
    }
  }
  headers_.push_back({std::move(key), std::move(schema), std::move(value)});
  return {};
}

void Headers::remove(std::string_view key) {
  std::erase_if(headers_, [&](const Header& header) { return header.key == key; });
}

const Header* Headers::last(std::string_view key) const {
  for (auto header = headers_.rbegin(); header != headers_.rend(); ++header) {
    if (header->key == key) return &*header;
  }
  return nullptr;
}

Record Record::retained() const {
  Record copy = *this;
  copy.topic = topic.retained();
  copy.key = key.retained();
  copy.value = value.retained();
  for (Header& header : copy.headers) {
    header.key = header.key.retained();
    header.value = header.value.retained();
  }
  return copy;
}

bool Record::operator==(const Record& other) const {
  return topic == other.topic && partition == other.partition && timestamp == other.timestamp &&
         equal(key_schema, other.key_schema) && equal(value_schema, other.value_schema) &&
         sink_offset == other.sink_offset && key == other.key && value == other.value &&
         headers == other.headers;
}

bool OffsetView::operator==(const OffsetView& other) const {
  if (null_ != other.null_ || entries_.size() != other.entries_.size()) return false;
  return std::ranges::equal(entries_, other.entries_) || to_map(*this) == to_map(other);
}

NullableOffsetMap to_map(const OffsetView& view) {
  if (view.is_null()) return std::nullopt;
  OffsetMap map;
  for (const OffsetEntry& entry : view.entries()) {
    map.insert_or_assign(std::string(entry.key), entry.value.retained());
  }
  return map;
}

}  // namespace millrace

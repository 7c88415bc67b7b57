#include "storage/offset_json.h"

#include <limits>
#include <utility>

#include <nlohmann/json.hpp>

#include "data/java_hash.h"
#include "storage/json_text.h"

namespace millrace::storage {
namespace {

using nlohmann::json;

// Deeper than any offset, and harmless for a parser or printer that calls itself.
constexpr int most_levels = 16;

/// Parsed text, or a discarded value where it is no JSON or nested without end.
json parse(std::string_view text) {
  bool too_deep = false;
  const auto watch = [&too_deep](int depth, json::parse_event_t, const json&) {
    too_deep = too_deep || depth > most_levels;
    return !too_deep;
  };
  json parsed = json::parse(text.begin(), text.end(), watch, /*allow_exceptions=*/false);
  return too_deep ? json(json::value_t::discarded) : parsed;
}

std::string shortened(std::string_view text) {
  constexpr std::size_t most = 200;
  return text.size() <= most ? std::string(text) : std::string(text.substr(0, most)) + "…";
}

Error refused(const Value& name, const Value& value, std::string_view connector,
              std::string_view what) {
  const std::string where =
      " in the " + std::string(what) + " of connector '" + std::string(connector) + "' ";
  const std::string entry = "entry '" + std::string(name.view()) + "'" + where;
  if (value.kind() == ValueKind::string) {
    return Error{ErrorCode::bad_record, entry + "is no UTF-8 text"};
  }
  return Error{ErrorCode::bad_record,
               entry + "is a " + std::string(value.java_class()) +
                   "; null, booleans, numbers, text and bytes can be stored"};
}

Result<void> append_object(std::string& out, Value::Map members, std::string_view connector,
                           std::string_view what) {
  out += '{';
  for (const auto& [name, value] : data::in_hash_order(std::move(members))) {
    if (out.back() != '{') out += ',';
    if (!append_json_text(out, name.view())) {
      return Error{ErrorCode::bad_record, "a name in the " + std::string(what) + " of connector '" +
                                              std::string(connector) + "' is no UTF-8 text"};
    }
    out += ':';
    if (!append_json_scalar(out, value)) return refused(name, value, connector, what);
  }
  out += '}';
  return {};
}

// The entries in the order given; names are borrowed.
std::optional<Value::Map> members_of(const OffsetView& view) {
  if (view.is_null()) return std::nullopt;
  Value::Map members;
  for (const OffsetEntry& entry : view.entries()) {
    members.emplace_back(Text::borrow(entry.key), entry.value);
  }
  return members;
}
std::optional<Value::Map> members_of(const NullableOffsetMap& map) {
  if (!map) return std::nullopt;
  Value::Map members;
  for (const auto& [key, value] : *map) members.emplace_back(Text::borrow(key), value);
  return members;
}

Result<std::string> key_of(std::string_view connector, std::optional<Value::Map> members) {
  std::string out = "[";
  if (!append_json_text(out, connector)) {
    return Error{ErrorCode::bad_record, "the connector's name is no UTF-8 text"};
  }
  out += ',';
  if (!members) {
    out += "null";
  } else {
    MILLRACE_TRY(append_object(out, std::move(*members), connector, "source partition"));
  }
  return out + "]";
}

Result<NullableString> value_of(std::string_view connector, std::optional<Value::Map> members) {
  if (!members) return NullableString{};
  std::string out;
  MILLRACE_TRY(append_object(out, std::move(*members), connector, "source offset"));
  return NullableString(std::move(out));
}

// None where the value is a list or object.
std::optional<Value> scalar(const json& value) {
  switch (value.type()) {
    case json::value_t::null: return Value();
    case json::value_t::boolean: return Value(value.get<bool>());
    case json::value_t::string: return Value(value.get_ref<const std::string&>());
    case json::value_t::number_integer: return Value(value.get<std::int64_t>());
    case json::value_t::number_unsigned:
      if (value.get<std::uint64_t>() <= std::numeric_limits<std::int64_t>::max()) {
        return Value(value.get<std::int64_t>());
      }
      return Value(value.get<double>());
    case json::value_t::number_float: return Value(value.get<double>());
    default: return std::nullopt;
  }
}

// None for JSON null.
Result<NullableOffsetMap> to_offset_map(const json& object, std::string_view whole) {
  if (object.is_null()) return NullableOffsetMap{};
  if (!object.is_object()) {
    return Error{ErrorCode::bad_record, "'" + shortened(whole) + "' is no JSON object"};
  }
  OffsetMap map;
  for (const auto& [key, value] : object.items()) {
    std::optional<Value> entry = scalar(value);
    if (!entry) {
      return Error{ErrorCode::bad_record,
                   "entry '" + key + "' of '" + shortened(whole) + "' is nested"};
    }
    map.emplace(key, std::move(*entry));
  }
  return NullableOffsetMap(std::move(map));
}

bool has_key_form(const json& key) {
  return key.is_array() && key.size() == 2 && key[0].is_string() &&
         (key[1].is_object() || key[1].is_null());
}

}  // namespace

Result<std::string> offset_key(std::string_view connector, const OffsetView& partition) {
  return key_of(connector, members_of(partition));
}
Result<std::string> offset_key(std::string_view connector, const NullableOffsetMap& partition) {
  return key_of(connector, members_of(partition));
}

Result<NullableString> offset_value(std::string_view connector, const OffsetView& offset) {
  return value_of(connector, members_of(offset));
}
Result<NullableString> offset_value(std::string_view connector, const NullableOffsetMap& offset) {
  return value_of(connector, members_of(offset));
}

Result<OffsetKey> parse_offset_key(std::string_view key) {
  const json parsed = parse(key);
  if (!has_key_form(parsed)) {
    return Error{ErrorCode::bad_record,
                 "offset key '" + shortened(key) + "' is not of the form [\"connector\",{…}]"};
  }
  Result<NullableOffsetMap> partition = to_offset_map(parsed[1], key);
  if (!partition) return std::move(partition.error());
  return OffsetKey{parsed[0].get<std::string>(), std::move(*partition)};
}

Result<NullableOffsetMap> parse_offset_value(const NullableString& value) {
  if (!value) return NullableOffsetMap{};
  return to_offset_map(parse(*value), *value);
}

std::optional<std::string> canonical_key(std::string_view key) {
  const json parsed = parse(key);
  if (!has_key_form(parsed)) return std::nullopt;
  return parsed.dump();  // members sorted by name, numbers and escapes in one form
}

}  // namespace millrace::storage

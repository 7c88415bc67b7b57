#include "convert/json_logical_reader.h"

#include "convert/base64_reader.h"
#include "convert/errors.h"
#include "convert/json_number.h"

#include <cstdint>
#include <limits>
#include <string>

namespace millrace::convert {

namespace {

Error wrong_kind(std::string_view type, std::string_view wanted, const JsonNode& node) {
  return data_error("Invalid type for " + std::string(type) +
                    ", underlying representation should be " + std::string(wanted) + " but was " +
                    std::string(json_kind_word(node.kind)));
}

Result<Value> read_decimal(const Schema& schema, const JsonNode& node) {
  if (node.kind == JsonKind::number) return Value(json_decimal(node.text));
  if (node.kind != JsonKind::string) return wrong_kind("Decimal", "numeric or bytes", node);
  const Error invalid = data_error("Invalid bytes for Decimal field");
  const auto bytes = decode_base64(node.text);
  if (!bytes) return Error(invalid).caused_by(data_error("the text is not base64"));
  if (bytes->empty()) return Error(invalid).caused_by(data_error("a number of no bytes"));
  Result<Decimal> decimal = data::decimal_from_bytes(schema, *bytes);
  if (!decimal) return Error(invalid).caused_by(std::move(decimal.error()));
  return Value(std::move(*decimal));
}

bool is_int32(const JsonNode& node) {
  if (node.kind != JsonKind::number || !node.whole) return false;
  // More digits than fit 64 bits could come back small.
  const std::size_t zeros = node.text.find_first_of("123456789");
  if (zeros != node.text.npos && node.text.size() - zeros > 10) return false;
  const std::int64_t number = json_whole_part(node.text);
  return number >= std::numeric_limits<std::int32_t>::min() &&
         number <= std::numeric_limits<std::int32_t>::max();
}

Result<Value> to_value(Result<Instant> instant) {
  if (!instant) return std::move(instant.error());
  return Value(*instant);
}

}  // namespace

Result<Value> read_logical(data::Logical logical, const Schema& schema, const JsonNode& node) {
  switch (logical) {
    case data::Logical::decimal: return read_decimal(schema, node);
    case data::Logical::timestamp:
      if (node.kind != JsonKind::number || !node.whole) {
        return wrong_kind("Timestamp", "integral", node);
      }
      return to_value(data::timestamp_from_millis(schema, json_whole_part(node.text)));
    case data::Logical::date:
    case data::Logical::time:
    case data::Logical::none: break;
  }
  const bool date = logical == data::Logical::date;
  if (!is_int32(node)) return wrong_kind(date ? "Date" : "Time", "integer", node);
  const auto number = static_cast<std::int32_t>(json_whole_part(node.text));
  return to_value(date ? data::date_from_days(schema, number)
                       : data::time_from_millis(schema, number));
}

}  // namespace millrace::convert

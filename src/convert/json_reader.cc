#include "convert/json_reader.h"

#include "convert/errors.h"
#include "convert/json_encoding.h"
#include "convert/json_payload_reader.h"
#include "convert/json_schema_reader.h"
#include "convert/json_text.h"
#include "convert/utf8.h"
#include "data/logical.h"

#include <utility>

namespace millrace::convert {

namespace {

constexpr std::size_t short_text = 20'000'000;  // longer ones are counted by the document

// A schema of more bytes of JSON than this is read anew in each message.
constexpr std::size_t longest_kept_text = 1 << 20;

const char* skip_blanks(const char* at, const char* end) {
  while (at != end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')) ++at;
  return at;
}

Error unreadable(Error cause) {
  return data_error("Converting byte[] to Kafka Connect data failed due to serialization error: ")
      .caused_by(std::move(cause));
}

Error no_envelope() {
  return data_error(
      "JsonConverter with schemas.enable requires \"schema\" and \"payload\" fields and may not "
      "contain additional fields. If you are trying to deserialize plain JSON data, set "
      "schemas.enable=false in your converter configuration.");
}

}  // namespace

void JsonReader::reset() {
  schemas_ = decltype(schemas_)(options_.cache_size);
  fixed_schema_ = nullptr;
  known_schema_ = nullptr;
  known_start_.clear();
}

Result<void> JsonReader::set_schema(std::string_view schema_text) {
  const auto failed = [](Error cause) {
    return data_error("Failed to parse schema in converter config due to serialization error: ")
        .caused_by(std::move(cause));
  };
  const Result<std::string_view> text = json_as_utf8(schema_text, translated_);
  if (!text) return failed(text.error());
  const Result<std::size_t> end = document_.parse(*text);
  if (!end) return failed(end.error());
  Result<SchemaPtr> schema = read_json_schema(document_.root(), options_);
  if (!schema) return std::move(schema.error());
  if (*schema != nullptr) fixed_schema_ = std::move(*schema);
  return {};
}

Result<SchemaAndValue> JsonReader::read(std::string_view bytes) {
  const bool envelope = options_.schemas_enable && !fixed_schema_;
  if (envelope && !known_start_.empty() && bytes.starts_with(known_start_)) {
    if (known_is_text_) {
      if (auto read = read_text_behind_known_schema(bytes)) return std::move(*read);
    }
    bool done = false;
    Result<SchemaAndValue> read = read_behind_known_schema(bytes, done);
    if (done) return read;
  }

  const Result<std::string_view> text = json_as_utf8(bytes, translated_);
  if (!text) return unreadable(text.error());
  const Result<std::size_t> end = document_.parse(*text);
  if (!end) return unreadable(end.error());
  const bool borrow = text->data() != translated_.data();
  if (envelope) return read_envelope(*text, borrow);

  const SchemaPtr schema = options_.schemas_enable ? fixed_schema_ : nullptr;
  Result<Value> value = JsonPayloadReader(options_, borrow).read(schema, &document_.root());
  if (!value) return std::move(value.error());
  return SchemaAndValue{schema, std::move(*value)};
}

// None: something less usual comes behind the known start, and is left to the document.
std::optional<SchemaAndValue> JsonReader::read_text_behind_known_schema(
    std::string_view bytes) const {
  const char* at = bytes.data() + known_start_.size();
  const char* const end = bytes.data() + bytes.size();
  if (at == end || *at != '"') return std::nullopt;
  bool non_ascii = false;
  const char* const stop = find_string_end(++at, end, non_ascii);
  if (stop == end || *stop != '"') return std::nullopt;
  const std::string_view text(at, static_cast<std::size_t>(stop - at));
  const char* const behind = skip_blanks(stop + 1, end);
  if (behind == end || *behind != '}') return std::nullopt;
  if (text.size() > short_text || (non_ascii && !is_utf8(text))) return std::nullopt;
  return SchemaAndValue{known_schema_, Text::borrow(text)};
}

// done stays false where the message turns out to be of another form than the last.
Result<SchemaAndValue> JsonReader::read_behind_known_schema(std::string_view bytes, bool& done) {
  const Result<std::size_t> end = document_.parse(bytes, known_start_.size(), 1);
  if (!end || document_.root().kind == JsonKind::missing) return SchemaAndValue{};
  const char* const stop = bytes.data() + bytes.size();
  const char* const behind = skip_blanks(bytes.data() + *end, stop);
  if (behind == stop || *behind != '}') return SchemaAndValue{};
  done = true;
  Result<Value> value =
      JsonPayloadReader(options_, /*borrow=*/true).read(known_schema_, &document_.root());
  if (!value) return std::move(value.error());
  return SchemaAndValue{known_schema_, std::move(*value)};
}

Result<SchemaAndValue> JsonReader::read_envelope(std::string_view text, bool borrow) {
  const JsonNode& root = document_.root();
  const JsonNode* schema_node = root.member("schema");
  const JsonNode* payload = root.member("payload");
  if (root.count != 2 || schema_node == nullptr || payload == nullptr) return no_envelope();
  const Result<SchemaPtr> schema = schema_of(*schema_node);
  if (!schema) return schema.error();
  if (borrow) remember(text, *schema_node, *payload, *schema);
  Result<Value> value = JsonPayloadReader(options_, borrow).read(*schema, payload);
  if (!value) return std::move(value.error());
  return SchemaAndValue{*schema, std::move(*value)};
}

Result<SchemaPtr> JsonReader::schema_of(const JsonNode& node) {
  if (node.kind == JsonKind::null) return SchemaPtr();
  if (const SchemaPtr* known = schemas_.find(node.text)) return *known;
  Result<SchemaPtr> schema = read_json_schema(node, options_);
  if (schema && node.text.size() <= longest_kept_text) {
    schemas_.put(std::string(node.text), *schema);
  }
  return schema;
}

// Notes the start of a message up to the payload, if the schema stands in front of it. Whatever a
// message with the same start has for payload, its schema is the same: names that come twice in the
// start are part of it, and read_behind_known_schema sees to it that nothing comes after.
void JsonReader::remember(std::string_view text, const JsonNode& schema_node,
                          const JsonNode& payload, const SchemaPtr& schema) {
  if (schema_node.start > payload.start || payload.start > longest_kept_text) return;
  known_start_.assign(text.substr(0, payload.start));
  known_schema_ = schema;
  known_is_text_ = schema != nullptr && schema->type() == Type::string &&
                   data::logical_of(*schema) == data::Logical::none;
}

}  // namespace millrace::convert

#include "convert/string_converter.h"

#include "convert/utf8.h"
#include "data/values.h"
#include "millrace/value_text.h"

namespace millrace::convert {

Result<void> StringConverter::set_up(const Config& config) {
  charset_.reset();
  const std::string* encoding = config.find<std::string>("converter.encoding");
  if (encoding == nullptr) return {};
  Result<Charset> charset = Charset::open(*encoding);
  if (!charset) return charset.error();
  if (!charset->utf8()) charset_ = std::move(*charset);
  return {};
}

Result<NullableBytes> StringConverter::write(const SchemaPtr& /*schema*/, const Value& value) {
  if (value.is_null()) return NullableBytes();
  std::string_view text = value.view();
  if (value.kind() != ValueKind::string) {
    text_.clear();
    append_text(text_, value);
    text = text_;
  }
  if (!charset_) return NullableBytes(text);
  bytes_.clear();
  charset_->encode(text, bytes_);
  return NullableBytes(bytes_);
}

Result<SchemaAndValue> StringConverter::read(NullableBytes bytes) {
  const SchemaPtr& schema = schemas::optional_string();
  if (!bytes) return SchemaAndValue{schema, nullptr};
  if (!charset_ && is_utf8(*bytes)) return SchemaAndValue{schema, Text::borrow(*bytes)};
  std::string text;
  if (charset_) {
    charset_->decode(*bytes, text);
  } else {
    append_repaired_utf8(*bytes, text);
  }
  return SchemaAndValue{schema, Text(text)};
}

Result<NullableBytes> SimpleHeaderConverter::from_connect_header(std::string_view /*topic*/,
                                                                 std::string_view /*key*/,
                                                                 const SchemaPtr& /*schema*/,
                                                                 const Value& value) {
  if (value.is_null()) return NullableBytes();
  if (value.kind() == ValueKind::string) return NullableBytes(value.view());
  text_.clear();
  data::append_printed(text_, value);
  return NullableBytes(text_);
}

Result<SchemaAndValue> SimpleHeaderConverter::to_connect_header(std::string_view /*topic*/,
                                                                std::string_view /*key*/,
                                                                NullableBytes bytes) {
  if (!bytes) return SchemaAndValue{};
  std::string text;
  append_repaired_utf8(*bytes, text);
  return data::parse_text(text).value_or(SchemaAndValue{});
}

}  // namespace millrace::convert

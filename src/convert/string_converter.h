#pragma once

#include "convert/both_ways.h"
#include "convert/charset.h"

#include <optional>
#include <string>

namespace millrace::convert {

/// The text of any value, and text back as an optional STRING. UTF-8 is borrowed both ways.
/// Source: org.apache.kafka.connect.storage.StringConverter.
class StringConverter final : public BothWays {
 protected:
  Result<void> set_up(const Config& config) override;
  Result<NullableBytes> write(const SchemaPtr& schema, const Value& value) override;
  Result<SchemaAndValue> read(NullableBytes bytes) override;

 private:
  std::optional<Charset> charset_;  // none: UTF-8
  std::string text_;                // of the last value that was no text
  std::string bytes_;               // the last answer in another encoding than UTF-8
};

/// Header values as text that is parsed when it is read. UTF-8, no options.
/// Source: org.apache.kafka.connect.storage.SimpleHeaderConverter.
class SimpleHeaderConverter final : public HeaderConverter {
 public:
  Result<void> configure(const Config& /*config*/) override { return {}; }
  Result<NullableBytes> from_connect_header(std::string_view topic, std::string_view key,
                                            const SchemaPtr& schema, const Value& value) override;
  Result<SchemaAndValue> to_connect_header(std::string_view topic, std::string_view key,
                                           NullableBytes bytes) override;

 private:
  std::string text_;  // the last answer
};

}  // namespace millrace::convert

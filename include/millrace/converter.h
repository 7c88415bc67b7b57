#pragma once

#include "millrace/config.h"
#include "millrace/record.h"

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace millrace {

/// Bytes as Kafka stores them; none is a null key or value.
using NullableBytes = std::optional<std::string_view>;

/// A header as Kafka stores it. Key and value may be borrowed.
struct RawHeader {
  Text key;
  std::optional<Bytes> value;
};

/// Turns keys or values into bytes and back.
/// Threads: each task has instances of its own and calls them from its thread.
/// Errors:  bad_record (or another code): errors.tolerance says whether the record is skipped.
/// Source:  org.apache.kafka.connect.storage.Converter.
class Converter {
 public:
  virtual ~Converter() = default;
  /// config: the keys behind the converter's prefix, converter.type (key, value) among them.
  virtual Result<void> configure(const Config& config, bool is_key) = 0;

  /// The bytes are valid until the next call on this converter, and no longer than the value.
  /// headers: those of the Kafka record so far; may be added to.
  virtual Result<NullableBytes> from_connect(std::string_view topic,
                                             std::vector<RawHeader>& headers,
                                             const SchemaPtr& schema, const Value& value) = 0;
  /// The value may borrow from the bytes.
  virtual Result<SchemaAndValue> to_connect(std::string_view topic,
                                            std::span<const RawHeader> headers,
                                            NullableBytes bytes) = 0;
  virtual void close() {}
};

/// The same for header values. Threads and errors as Converter.
/// Source: org.apache.kafka.connect.storage.HeaderConverter.
class HeaderConverter {
 public:
  virtual ~HeaderConverter() = default;
  virtual Result<void> configure(const Config& config) = 0;
  virtual Result<NullableBytes> from_connect_header(std::string_view topic, std::string_view key,
                                                    const SchemaPtr& schema,
                                                    const Value& value) = 0;
  virtual Result<SchemaAndValue> to_connect_header(std::string_view topic, std::string_view key,
                                                   NullableBytes bytes) = 0;
  virtual void close() {}
};

}  // namespace millrace

#pragma once

#include "convert/both_ways.h"
#include "convert/json_options.h"
#include "convert/json_payload_writer.h"
#include "convert/json_reader.h"
#include "convert/lru_cache.h"
#include "millrace/config_def.h"

#include <memory>
#include <optional>
#include <string>

namespace millrace::convert {

/// JSON with or without an envelope that carries the schema.
/// What is written lies in one buffer that is used again; a schema is put into text once, and a
/// text of the last schema again is written without any allocation. Reading: see JsonReader.
/// Source: org.apache.kafka.connect.json.JsonConverter.
class JsonConverter final : public BothWays {
 public:
  JsonConverter();
  static ConfigDef config_def();

  [[nodiscard]] std::size_t schemas_written() const { return envelopes_.size(); }
  [[nodiscard]] std::size_t schemas_read() const { return reader_.cached_schemas(); }

 protected:
  Result<void> set_up(const Config& config) override;
  Result<NullableBytes> write(const SchemaPtr& schema, const Value& value) override;
  Result<SchemaAndValue> read(NullableBytes bytes) override;

 private:
  // The text of an envelope up to the payload. It holds on to the schema, so that the address
  // stands for this schema alone.
  struct Envelope {
    SchemaPtr schema;
    std::shared_ptr<const std::string> start;
  };

  Result<void> use_envelope(const SchemaPtr& schema);

  JsonOptions options_;
  JsonPayloadWriter writer_;
  JsonReader reader_;
  Envelope current_;  // the last one that was written
  LruCache<const Schema*, Envelope> envelopes_;
  std::string bytes_;
};

}  // namespace millrace::convert

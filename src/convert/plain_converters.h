#pragma once

#include "convert/both_ways.h"

namespace millrace::convert {

/// Bytes as they are, borrowed in both directions.
/// Source: org.apache.kafka.connect.converters.ByteArrayConverter.
class ByteArrayConverter final : public BothWays {
 protected:
  Result<NullableBytes> write(const SchemaPtr& schema, const Value& value) override;
  Result<SchemaAndValue> read(NullableBytes bytes) override;
};

/// One byte, 01 or 00.
/// Source: org.apache.kafka.connect.converters.BooleanConverter.
class BooleanConverter final : public BothWays {
 protected:
  Result<NullableBytes> write(const SchemaPtr& schema, const Value& value) override;
  Result<SchemaAndValue> read(NullableBytes bytes) override;
};

}  // namespace millrace::convert

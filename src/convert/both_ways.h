#pragma once

#include "millrace/converter.h"

namespace millrace::convert {

/// A converter that treats keys, values and headers alike and looks at neither topic nor headers.
/// The bytes that `write` returns are valid until the next call, and no longer than the value;
/// what `read` returns may borrow from the bytes.
class BothWays : public Converter, public HeaderConverter {
 public:
  Result<void> configure(const Config& config, bool /*is_key*/) final { return set_up(config); }
  Result<void> configure(const Config& config) final { return set_up(config); }

  Result<NullableBytes> from_connect(std::string_view /*topic*/,
                                     std::vector<RawHeader>& /*headers*/, const SchemaPtr& schema,
                                     const Value& value) final {
    return write(schema, value);
  }
  Result<SchemaAndValue> to_connect(std::string_view /*topic*/,
                                    std::span<const RawHeader> /*headers*/,
                                    NullableBytes bytes) final {
    return read(bytes);
  }
  Result<NullableBytes> from_connect_header(std::string_view /*topic*/, std::string_view /*key*/,
                                            const SchemaPtr& schema, const Value& value) final {
    return write(schema, value);
  }
  Result<SchemaAndValue> to_connect_header(std::string_view /*topic*/, std::string_view /*key*/,
                                           NullableBytes bytes) final {
    return read(bytes);
  }
  void close() override {}

 protected:
  virtual Result<void> set_up(const Config& /*config*/) { return {}; }
  virtual Result<NullableBytes> write(const SchemaPtr& schema, const Value& value) = 0;
  virtual Result<SchemaAndValue> read(NullableBytes bytes) = 0;
};

}  // namespace millrace::convert

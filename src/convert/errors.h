#pragma once

#include "millrace/error.h"

#include <string>
#include <string_view>
#include <utility>

namespace millrace::convert {

// What converters fail with, under the Java classes that alerts and dead letter queues look for.
// Every one is about one record (bad_record) but the last, which is about the configuration.

inline Error data_error(std::string message) { return {ErrorCode::bad_record, std::move(message)}; }
inline Error schema_error(std::string message) {
  return {ErrorCode::bad_record, "org.apache.kafka.connect.errors.SchemaBuilderException",
          std::move(message)};
}
inline constexpr std::string_view serialization_class =
    "org.apache.kafka.common.errors.SerializationException";
inline Error serialization_error(std::string message) {
  return {ErrorCode::bad_record, serialization_class, std::move(message)};
}
inline Error unsupported_encoding(const std::string& encoding) {
  return {ErrorCode::invalid_config, serialization_class, "Unsupported encoding " + encoding};
}

}  // namespace millrace::convert

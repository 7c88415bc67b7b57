#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace millrace::http {

/// The trace and span id of a record that brings none: 16 hexadecimal digits, the same for every
/// attempt. Two places whose texts run together the same way share one, as they do in Java.
std::string make_trace_id(std::string_view connector, std::string_view topic,
                          std::int32_t partition, std::int64_t offset);

}  // namespace millrace::http

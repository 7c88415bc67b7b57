#pragma once

#include <cstdint>
#include <string_view>

namespace millrace::http {

/// What the body of a reply says about sending the record again.
enum class RetryFlag : std::uint8_t { retry, no_retry, unknown };

std::string_view to_string(RetryFlag flag);  ///< "RETRY", "NO_RETRY", "UNKNOWN"

/// Reads the member `retry` of a JSON object; anything else is unknown.
RetryFlag read_retry_flag(std::string_view body);

}  // namespace millrace::http

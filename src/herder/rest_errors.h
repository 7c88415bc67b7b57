#pragma once

#include "millrace/error.h"

#include <string>
#include <string_view>
#include <utility>

namespace millrace {

/// What a herder can answer beyond the error codes: REST knows these by their Java classes
/// (rest/status.h) and shows the status that stands behind them.
inline constexpr std::string_view forbidden_class = "jakarta.ws.rs.ForbiddenException";
inline constexpr std::string_view unavailable_class = "jakarta.ws.rs.ServiceUnavailableException";

/// REST 404: not_found("Connector ", name, " not found").
inline Error not_found(std::string_view what, std::string_view name, std::string_view rest = {}) {
  return {ErrorCode::not_found, std::string(what) + std::string(name) + std::string(rest)};
}
/// REST 403: who asks may not.
inline Error forbidden(std::string message) {
  return {ErrorCode::invalid_config, forbidden_class, std::move(message)};
}
/// REST 503: not now, but soon.
inline Error unavailable(std::string message) {
  return {ErrorCode::retriable, unavailable_class, std::move(message)};
}

}  // namespace millrace

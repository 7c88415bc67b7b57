#pragma once

#include "herder/rest_errors.h"
#include "millrace/error.h"
#include "rest/http.h"

#include <string_view>

namespace millrace::rest {

/// What an error of the herder becomes: by its Java class (herder/rest_errors.h), else by its code.
inline int status_of(const Error& error) {
  if (error.java_class() == forbidden_class) return 403;
  if (error.java_class() == unavailable_class) return 503;
  switch (error.code()) {
    case ErrorCode::invalid_config: return 400;
    case ErrorCode::not_found: return 404;
    case ErrorCode::conflict: return 409;
    case ErrorCode::retriable:
    case ErrorCode::bad_record:
    case ErrorCode::fatal: break;
  }
  return 500;
}

/// {"error_code":404,"message":"Connector a not found"}
Response error_response(int status, std::string_view message);
Response error_response(const Error& error);

/// "HTTP 405 Method Not Allowed", without a Content-Type: how Java answers what no handler saw.
Response routing_error(int status);

}  // namespace millrace::rest

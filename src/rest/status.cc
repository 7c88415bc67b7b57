#include "rest/status.h"

#include "base/secrets.h"
#include "rest/json.h"

namespace millrace::rest {

Response error_response(int status, std::string_view message) {
  return json(status, error_json(status, secrets::redact(message)));
}

Response error_response(const Error& error) {
  return error_response(status_of(error), error.message());
}

Response routing_error(int status) {
  Response response = error_response(
      status, "HTTP " + std::to_string(status) + " " + std::string(reason_of(status)));
  response.content_type.clear();
  return response;
}

}  // namespace millrace::rest

#pragma once

#include <string_view>

namespace millrace::rest {

/// The description of the API, OpenAPI 3, as it stands in openapi.json. A test holds it against the
/// route table and against the answers that the other tests get.
std::string_view openapi_document();

}  // namespace millrace::rest

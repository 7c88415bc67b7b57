#pragma once

#include "unit/rest/client.h"

#include <string>

namespace millrace::rest {

/// What is wrong with an answer by the description of the API; empty: nothing, or the request is
/// none that it describes (OPTIONS, HEAD, unknown paths).
std::string problem_by_document(const std::string& method, const std::string& target,
                                const Reply& reply);

}  // namespace millrace::rest

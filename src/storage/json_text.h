#pragma once

#include <string>
#include <string_view>

#include "millrace/value.h"

namespace millrace::storage {

/// Appends text in quotes, escaped as Java's JSON writer does. False: it is no UTF-8.
bool append_json_text(std::string& out, std::string_view text);

/// Appends null, a boolean, number, text or bytes. False: text that is no UTF-8, or another kind.
bool append_json_scalar(std::string& out, const Value& value);

}  // namespace millrace::storage

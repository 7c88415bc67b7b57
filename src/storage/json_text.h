#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "millrace/value.h"

namespace millrace::storage {

/// A member of a JSON object; both parts may borrow.
using Member = std::pair<std::string_view, const Value*>;

/// Appends text in quotes, escaped as Java's JSON writer does. False: it is no UTF-8.
bool append_json_text(std::string& out, std::string_view text);

/// Appends null, a boolean, number, text or bytes. False: text that is no UTF-8, or another kind.
bool append_json_scalar(std::string& out, const Value& value);

/// Sorts members as a java.util.HashMap filled in this order would list them.
void sort_as_hash_map(std::vector<Member>& members);

}  // namespace millrace::storage

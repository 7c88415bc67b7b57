#pragma once

#include "millrace/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace millrace::http {

/// Header names are equal whatever the case of their ASCII letters.
bool same_name(std::string_view a, std::string_view b);
/// Nothing in it that could end a header line, or the header altogether.
bool is_safe_in_header(std::string_view text);

struct NamedValue {
  std::string name;
  std::string value;
  bool operator==(const NamedValue&) const = default;
};

/// Adds a header, or gives the one of that name a new value in its old place and spelling.
void set_header(std::vector<NamedValue>& headers, std::string_view name, std::string_view value);

/// The headers that a setting lists: a JSON object, or `name:value` items with a separator between
/// them (a regular expression; a single pipe means just that). Headers that only the connection
/// itself may set are left out.
/// Errors (invalid_config): what cannot be sent, by name and never with its value.
Result<std::vector<NamedValue>> read_header_list(std::string_view text, std::string_view separator);

/// Adds a header as that list would. Errors: the same.
Result<void> add_checked_header(std::vector<NamedValue>& headers, std::string_view name,
                                std::string_view value);

/// Whether the text is a JSON document, so that the separator plays no part.
bool is_json_document(std::string_view text);

}  // namespace millrace::http

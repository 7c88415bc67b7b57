#pragma once

#include "millrace/result.h"

#include <string>
#include <string_view>

namespace millrace::convert {

/// The JSON text of a message as UTF-8 without a mark: the bytes themselves, or `buffer`, into
/// which UTF-16 or UTF-32 is translated. Which it is, a byte order mark or the zero bytes of the
/// first characters say, as in Jackson.
/// Errors: bad_record (SerializationException): a byte order that nobody uses, broken UTF-32.
Result<std::string_view> json_as_utf8(std::string_view bytes, std::string& buffer);

}  // namespace millrace::convert

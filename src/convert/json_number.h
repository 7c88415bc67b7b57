#pragma once

#include "millrace/value.h"

#include <cstdint>
#include <string_view>

namespace millrace::convert {

// JSON numbers, still as text, to numbers: what Jackson's nodes answer. None of them fails, for a
// JsonDocument has read the text.

/// The low 64 bits of the whole part: 18446744073709551618 is 2, -7.9 is -7.
std::int64_t json_whole_part(std::string_view number);
/// The nearest one, infinite when too large. A zero has no sign.
double json_double(std::string_view number);
float json_float(std::string_view number);
/// All digits, the scale as written.
Decimal json_decimal(std::string_view number);

}  // namespace millrace::convert

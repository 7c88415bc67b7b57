#pragma once

#include <cstddef>
#include <cstdint>

namespace millrace::convert {

enum class DecimalFormat : std::uint8_t { base64, numeric };

struct JsonOptions {
  bool schemas_enable = true;
  bool replace_null_with_default = true;
  DecimalFormat decimal_format = DecimalFormat::base64;
  std::size_t cache_size = 1000;  ///< schemas, in each direction
};

/// Levels of arrays and objects that Jackson reads and writes, the envelope included.
inline constexpr std::size_t max_json_depth = 1000;

}  // namespace millrace::convert

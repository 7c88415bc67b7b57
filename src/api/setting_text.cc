#include "api/setting_text.h"

#include <optional>
#include <type_traits>

#include "base/java_number.h"

namespace millrace {

namespace detail {

std::string join(const std::vector<std::string>& texts, std::string_view separator) {
  std::string joined;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i != 0) joined += separator;
    joined += texts[i];
  }
  return joined;
}

std::string shown(const Setting& setting) {
  if (const auto* list = std::get_if<std::vector<std::string>>(&setting)) {
    return "[" + join(*list, ", ") + "]";
  }
  return to_text(setting).value_or("null");
}

}  // namespace detail

std::optional<std::string> to_text(const Setting& setting) {
  return std::visit(
      [](const auto& value) -> std::optional<std::string> {
        using T = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<T, std::monostate>) {
          return std::nullopt;
        } else if constexpr (std::is_same_v<T, bool>) {
          return value ? "true" : "false";
        } else if constexpr (std::is_same_v<T, double>) {
          return java_number(value);
        } else if constexpr (std::is_integral_v<T>) {
          return std::to_string(value);
        } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
          return detail::join(value, ",");
        } else if constexpr (std::is_same_v<T, Password>) {
          return "[hidden]";
        } else {
          return value;
        }
      },
      setting);
}

}  // namespace millrace

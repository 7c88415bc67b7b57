#include "api/setting_text.h"

#include <optional>
#include <type_traits>

#include "api/number_text.h"

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

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return static_cast<unsigned char>(c) <= 0x20; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
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
          return detail::double_text(value);
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

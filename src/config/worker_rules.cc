#include "base/ascii.h"
#include "config/listener.h"
#include "config/worker_keys.h"

#include <algorithm>
#include <array>

namespace millrace::config {

namespace {

using Texts = std::vector<std::string>;

constexpr std::array<std::string_view, 6> mac_names = {"HmacMD5",    "HmacSHA1",   "HmacSHA224",
                                                       "HmacSHA256", "HmacSHA384", "HmacSHA512"};

bool is_mac(std::string_view name) {
  return std::ranges::any_of(mac_names,
                             [name](auto mac) { return ascii::same_ignoring_case(mac, name); });
}

Error no_mac(std::string_view key, const Setting& value, const std::string& name) {
  std::string known;
  for (const std::string_view mac : mac_names) known.append(known.empty() ? "" : ", ").append(mac);
  return invalid_value(key, value, "the algorithm '" + name + "' is none of " + known);
}

Result<void> check_listeners(std::string_view key, const Setting& value) {
  const auto* list = std::get_if<Texts>(&value);
  if (list == nullptr || list->empty()) {
    return invalid_value(key, value, "at least one URL is needed, such as http://localhost:8083");
  }
  for (const std::string& text : *list) {
    if (text.empty()) return invalid_value(key, value, "one of the URLs is empty");
    if (const Result<Listener> listener = parse_listener(text); !listener) {
      return invalid_value(key, text, listener.error().message());
    }
  }
  return {};
}

}  // namespace

Validator listeners_rule() { return {"URLs with port", check_listeners}; }

Validator positive_or_broker_default() {
  return {"-1 or [1,...]", [](std::string_view key, const Setting& value) -> Result<void> {
            const auto* large = std::get_if<std::int32_t>(&value);
            const auto* small = std::get_if<std::int16_t>(&value);
            if (large == nullptr && small == nullptr) {
              return invalid_value(key, value, "Value must be non-null");
            }
            const std::int32_t number = large != nullptr ? *large : *small;
            if (number == -1 || number >= 1) return {};
            return invalid_value(key, value,
                                 "Value must be at least 1, or -1 for the broker's default");
          }};
}

Validator mac_algorithm() {
  return {"HMAC algorithm", [](std::string_view key, const Setting& value) -> Result<void> {
            const auto* name = std::get_if<std::string>(&value);
            if (name != nullptr && is_mac(*name)) return {};
            return no_mac(key, value, name != nullptr ? *name : "null");
          }};
}

Validator mac_algorithms() {
  return {"HMAC algorithms", [](std::string_view key, const Setting& value) -> Result<void> {
            const auto* names = std::get_if<Texts>(&value);
            if (names == nullptr || names->empty()) {
              return invalid_value(key, value, "at least one algorithm is needed");
            }
            for (const std::string& name : *names) {
              if (!is_mac(name)) return no_mac(key, value, name);
            }
            return {};
          }};
}

}  // namespace millrace::config

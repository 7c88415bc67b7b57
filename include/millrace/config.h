#pragma once

#include "millrace/config_map.h"

#include <cassert>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace millrace {

/// A secret: prints as [hidden] wherever it is shown.
struct Password {
  std::string value;
  bool operator==(const Password&) const = default;
};

/// A setting after parsing. monostate: null (no value, and null as default).
/// boolean → bool, INT → int32, SHORT → int16, LONG → int64, DOUBLE → double, STRING and CLASS →
/// string, LIST → strings, PASSWORD → Password.
using Setting = std::variant<std::monostate, bool, std::int16_t, std::int32_t, std::int64_t, double,
                             std::string, std::vector<std::string>, Password>;

/// The text that REST answers show: lists joined by commas, a password as [hidden], null as none.
std::optional<std::string> to_text(const Setting& setting);

/// The settings that a ConfigDef made of a configuration, defaults filled in.
/// Threads: any, once made.
class Config {
 public:
  Config() = default;
  Config(ConfigMap originals, std::map<std::string, Setting, std::less<>> settings)
      : originals_(std::move(originals)), settings_(std::move(settings)) {}

  /// A setting of the type that the ConfigDef gives it; a wrong type or an undefined name is a
  /// mistake in the program (assert). Where null is possible, ask `has` first.
  template <class T>
  [[nodiscard]] const T& get(std::string_view name) const {
    const T* value = find<T>(name);
    assert(value != nullptr && "no such setting, or of another type");
    return *value;
  }
  /// The same, or null when the setting is null, undefined or of another type.
  template <class T>
  [[nodiscard]] const T* find(std::string_view name) const {
    const auto it = settings_.find(name);
    return it == settings_.end() ? nullptr : std::get_if<T>(&it->second);
  }
  [[nodiscard]] bool has(std::string_view name) const {
    const auto it = settings_.find(name);
    return it != settings_.end() && !std::holds_alternative<std::monostate>(it->second);
  }
  [[nodiscard]] const auto& settings() const { return settings_; }
  /// What was written, keys without a definition included.
  [[nodiscard]] const ConfigMap& originals() const { return originals_; }

 private:
  ConfigMap originals_;
  std::map<std::string, Setting, std::less<>> settings_;
};

}  // namespace millrace

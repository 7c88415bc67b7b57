#pragma once

#include "millrace/plugin.h"
#include "transform/record_part.h"

#include <memory>
#include <string>
#include <string_view>

/// What the settings of several transformations have in common, and how they are registered.
namespace millrace::transform {

inline constexpr std::string_view package = "org.apache.kafka.connect.transforms.";
inline constexpr const char* version = "4.3.0";  ///< of Kafka Connect, as all that it brings along

/// A list that must be set, name something, and name nothing twice.
ConfigKey name_list_key(std::string name, Importance importance, std::string documentation);
/// A text that must be set.
ConfigKey text_key(std::string name, Importance importance, std::string documentation);

inline constexpr std::string_view replace_null = "replace.null.with.default";
ConfigKey replace_null_key();

/// A text that may be null.
inline std::optional<std::string> text_of(const Config& config, std::string_view name) {
  const auto* text = config.find<std::string>(name);
  return text == nullptr ? std::nullopt : std::optional(*text);
}

/// A text that should be there; a null that found its way in counts as empty.
inline std::string text_or_empty(const Config& config, std::string_view name) {
  return text_of(config, name).value_or("");
}

template <class T>
void add_transformation(PluginRegistry& registry, std::string_view simple_name,
                        const ConfigDef& def) {
  registry.add_transformation({.name = std::string(package) + std::string(simple_name),
                               .version = version,
                               .config = def,
                               .make = [] { return std::make_unique<T>(); }});
}

/// One for keys and one for values, <name>$Key and <name>$Value.
template <class T>
void add_for_key_and_value(PluginRegistry& registry, std::string_view simple_name,
                           const ConfigDef& def) {
  const std::string name = std::string(package) + std::string(simple_name);
  for (const Part part : {Part::key, Part::value}) {
    registry.add_transformation({.name = name + (part == Part::key ? "$Key" : "$Value"),
                                 .version = version,
                                 .config = def,
                                 .make = [part] { return std::make_unique<T>(part); }});
  }
}

}  // namespace millrace::transform

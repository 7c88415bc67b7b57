#pragma once

#include "millrace/plugin.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::plugin {

enum class Kind : std::uint8_t {
  sink,
  source,
  transformation,
  predicate,
  converter,
  header_converter,
  config_provider,
  override_policy,
};
std::string_view to_string(Kind kind);  ///< "sink", "header_converter", …

/// The location of plugins that the program brings along: what Java says of its class path.
inline constexpr std::string_view built_in = "classpath";

struct Listed {
  Kind kind = Kind::sink;
  std::string class_name;
  std::string version;   ///< "undefined": it tells none
  std::string location;  ///< the entry of a plugin.path folder, or `built_in`
};

/// Every plugin that this worker knows, by full class name and by alias: the simple name, and the
/// simple name without the suffix of its kind. An alias that could mean two plugins means none.
/// Threads: filled while the worker starts; after that any thread reads.
/// Source:  org.apache.kafka.connect.runtime.isolation.Plugins, PluginUtils.
class Registry final : public PluginRegistry {
 public:
  // A plugin without a name or a factory, whose name is taken within its kind (sources and sinks
  // share theirs), or whose ConfigDef is broken, is left out with an ERROR line. Connectors without
  // make_connector get a plain one, those without a task_name one made of their own.
  void add_source(SourcePlugin plugin) override;
  void add_sink(SinkPlugin plugin) override;
  void add_converter(SimplePlugin<Converter> plugin) override;
  void add_header_converter(SimplePlugin<HeaderConverter> plugin) override;
  void add_transformation(SimplePlugin<Transformation> plugin) override;
  void add_predicate(SimplePlugin<Predicate> plugin) override;
  void add_config_provider(SimplePlugin<ConfigProvider> plugin) override;
  void add_override_policy(SimplePlugin<OverridePolicy> plugin) override;

  /// Where the plugins that are added from now on come from.
  void set_location(std::string location) { location_ = std::move(location); }

  /// name: a full class name or an alias. Null: not known.
  [[nodiscard]] const SourcePlugin* find_source(std::string_view name) const;
  [[nodiscard]] const SinkPlugin* find_sink(std::string_view name) const;
  [[nodiscard]] const SimplePlugin<Converter>* find_converter(std::string_view name) const;
  [[nodiscard]] const SimplePlugin<HeaderConverter>* find_header_converter(
      std::string_view name) const;
  [[nodiscard]] const SimplePlugin<Transformation>* find_transformation(
      std::string_view name) const;
  [[nodiscard]] const SimplePlugin<Predicate>* find_predicate(std::string_view name) const;
  [[nodiscard]] const SimplePlugin<ConfigProvider>* find_config_provider(
      std::string_view name) const;
  [[nodiscard]] const SimplePlugin<OverridePolicy>* find_override_policy(
      std::string_view name) const;

  /// In the order of REST: by kind as in Kind, then by class name.
  [[nodiscard]] std::vector<Listed> list() const;
  /// For settings of type CLASS that name a plugin of one of these kinds.
  [[nodiscard]] ClassLookup lookup(std::vector<Kind> kinds) const;
  /// Why neither find_source nor find_sink knows the name: "Failed to find any class that
  /// implements Connector and which name matches …", or "More than one connector matches alias …".
  [[nodiscard]] std::string unknown_connector(std::string_view name) const;

 private:
  template <class Plugin>
  void add(Kind kind, std::map<std::string, Plugin, std::less<>>& plugins, Plugin plugin);
  template <class Plugin>
  [[nodiscard]] const Plugin* find(const std::map<std::string, Plugin, std::less<>>& plugins,
                                   std::string_view name) const;
  [[nodiscard]] std::vector<Listed> connectors_with_alias(std::string_view alias) const;
  void add_aliases(Kind kind, const std::string& class_name);

  std::map<std::string, SourcePlugin, std::less<>> sources_;
  std::map<std::string, SinkPlugin, std::less<>> sinks_;
  std::map<std::string, SimplePlugin<Converter>, std::less<>> converters_;
  std::map<std::string, SimplePlugin<HeaderConverter>, std::less<>> header_converters_;
  std::map<std::string, SimplePlugin<Transformation>, std::less<>> transformations_;
  std::map<std::string, SimplePlugin<Predicate>, std::less<>> predicates_;
  std::map<std::string, SimplePlugin<ConfigProvider>, std::less<>> config_providers_;
  std::map<std::string, SimplePlugin<OverridePolicy>, std::less<>> override_policies_;
  std::map<std::pair<Kind, std::string>, std::string> locations_;  ///< of what was loaded
  std::string location_{built_in};
  /// alias → class name; none: ambiguous over all plugins.
  std::map<std::string, std::optional<std::string>, std::less<>> aliases_;
};

}  // namespace millrace::plugin

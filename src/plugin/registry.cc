#include "plugin/registry.h"

#include "base/log.h"
#include "plugin/plain_connectors.h"

#include <array>
#include <utility>

namespace millrace::plugin {

namespace {

const log::Logger& logger() {
  static const log::Logger& instance =
      log::logger("org.apache.kafka.connect.runtime.isolation.Plugins");
  return instance;
}

/// What an alias may leave out at the end of a simple name.
std::string_view suffix_of(Kind kind) {
  static constexpr std::array<std::string_view, 8> suffixes = {
      "Connector", "Connector",       "Transformation", "Predicate",
      "Converter", "HeaderConverter", "ConfigProvider", "ConnectorClientConfigOverridePolicy"};
  return suffixes[static_cast<std::size_t>(kind)];
}

/// What a plugin may be called beside its full name.
std::vector<std::string> aliases_of(Kind kind, std::string_view class_name) {
  std::string simple(class_name.substr(class_name.rfind('.') + 1));
  if (simple.find('$') != std::string::npos) return {};  // inner classes have none
  std::vector<std::string> names = {simple};
  if (const std::string_view suffix = suffix_of(kind);
      simple.size() > suffix.size() && simple.ends_with(suffix)) {
    names.push_back(simple.substr(0, simple.size() - suffix.size()));
  }
  return names;
}

/// Shown as task.class when a plugin does not say: FileStreamSinkTask of FileStreamSinkConnector.
std::string task_name_of(std::string_view connector) {
  constexpr std::string_view suffix = "Connector";
  if (connector.ends_with(suffix)) connector.remove_suffix(suffix.size());
  return std::string(connector) + "Task";
}

template <class T>
bool has_factory(const SimplePlugin<T>& plugin) {
  return static_cast<bool>(plugin.make);
}
bool has_factory(const SourcePlugin& plugin) { return static_cast<bool>(plugin.make_task); }
bool has_factory(const SinkPlugin& plugin) { return static_cast<bool>(plugin.make_task); }

}  // namespace

std::string_view to_string(Kind kind) {
  static constexpr std::array<std::string_view, 8> names = {
      "sink",      "source",           "transformation",  "predicate",
      "converter", "header_converter", "config_provider", "override_policy"};
  return names[static_cast<std::size_t>(kind)];
}

template <class Plugin>
void Registry::add(Kind kind, std::map<std::string, Plugin, std::less<>>& plugins, Plugin plugin) {
  if (plugin.name.empty() || !has_factory(plugin)) {
    logger().error("A {} is left out: {}", to_string(kind),
                   plugin.name.empty() ? "it has no name" : plugin.name + " makes no instances");
    return;
  }
  if (const auto& broken = plugin.config.build_error()) {
    logger().error("Plugin {} is left out, its settings are not well defined: {}", plugin.name,
                   broken->message());
    return;
  }
  const std::string name = plugin.name;
  const bool other_way = (kind == Kind::source && sinks_.contains(name)) ||
                         (kind == Kind::sink && sources_.contains(name));
  if (other_way || !plugins.try_emplace(name, std::move(plugin)).second) {
    logger().error("Plugin {} of '{}' is left out: there is a {} of that name already", name,
                   location_, other_way ? "connector" : to_string(kind));
    return;
  }
  locations_.insert_or_assign({kind, name}, location_);
  add_aliases(kind, name);
}

void Registry::add_aliases(Kind kind, const std::string& class_name) {
  for (std::string& alias : aliases_of(kind, class_name)) {
    const auto [it, added] = aliases_.try_emplace(std::move(alias), class_name);
    if (!added && it->second != class_name) it->second = std::nullopt;
  }
}

template <class Plugin>
const Plugin* Registry::find(const std::map<std::string, Plugin, std::less<>>& plugins,
                             std::string_view name) const {
  if (const auto it = plugins.find(name); it != plugins.end()) return &it->second;
  const auto alias = aliases_.find(name);
  if (alias == aliases_.end() || !alias->second) return nullptr;
  const auto it = plugins.find(*alias->second);
  return it == plugins.end() ? nullptr : &it->second;
}

void Registry::add_source(SourcePlugin plugin) {
  if (!plugin.make_connector) plugin.make_connector = [] { return make_plain_source(); };
  if (plugin.task_name.empty()) plugin.task_name = task_name_of(plugin.name);
  add(Kind::source, sources_, std::move(plugin));
}
void Registry::add_sink(SinkPlugin plugin) {
  if (!plugin.make_connector) plugin.make_connector = [] { return make_plain_sink(); };
  if (plugin.task_name.empty()) plugin.task_name = task_name_of(plugin.name);
  add(Kind::sink, sinks_, std::move(plugin));
}
void Registry::add_converter(SimplePlugin<Converter> plugin) {
  add(Kind::converter, converters_, std::move(plugin));
}
void Registry::add_header_converter(SimplePlugin<HeaderConverter> plugin) {
  add(Kind::header_converter, header_converters_, std::move(plugin));
}
void Registry::add_transformation(SimplePlugin<Transformation> plugin) {
  add(Kind::transformation, transformations_, std::move(plugin));
}
void Registry::add_predicate(SimplePlugin<Predicate> plugin) {
  add(Kind::predicate, predicates_, std::move(plugin));
}
void Registry::add_config_provider(SimplePlugin<ConfigProvider> plugin) {
  add(Kind::config_provider, config_providers_, std::move(plugin));
}
void Registry::add_override_policy(SimplePlugin<OverridePolicy> plugin) {
  add(Kind::override_policy, override_policies_, std::move(plugin));
}

const SourcePlugin* Registry::find_source(std::string_view name) const {
  return find(sources_, name);
}
const SinkPlugin* Registry::find_sink(std::string_view name) const { return find(sinks_, name); }
const SimplePlugin<Converter>* Registry::find_converter(std::string_view name) const {
  return find(converters_, name);
}
const SimplePlugin<HeaderConverter>* Registry::find_header_converter(std::string_view name) const {
  return find(header_converters_, name);
}
const SimplePlugin<Transformation>* Registry::find_transformation(std::string_view name) const {
  return find(transformations_, name);
}
const SimplePlugin<Predicate>* Registry::find_predicate(std::string_view name) const {
  return find(predicates_, name);
}
const SimplePlugin<ConfigProvider>* Registry::find_config_provider(std::string_view name) const {
  return find(config_providers_, name);
}
const SimplePlugin<OverridePolicy>* Registry::find_override_policy(std::string_view name) const {
  return find(override_policies_, name);
}

std::vector<Listed> Registry::list() const {
  std::vector<Listed> all;
  const auto append = [this, &all](Kind kind, const auto& plugins) {
    for (const auto& [name, plugin] : plugins) {
      all.push_back({kind, name, plugin.version, locations_.at({kind, name})});
    }
  };
  append(Kind::sink, sinks_);
  append(Kind::source, sources_);
  append(Kind::transformation, transformations_);
  append(Kind::predicate, predicates_);
  append(Kind::converter, converters_);
  append(Kind::header_converter, header_converters_);
  append(Kind::config_provider, config_providers_);
  append(Kind::override_policy, override_policies_);
  return all;
}

ClassLookup Registry::lookup(std::vector<Kind> kinds) const {
  return [this, kinds = std::move(kinds)](std::string_view name) -> std::optional<std::string> {
    const auto named = [](const auto* plugin) {
      return plugin == nullptr ? std::nullopt : std::optional(plugin->name);
    };
    for (const Kind kind : kinds) {
      std::optional<std::string> found;
      switch (kind) {
        case Kind::source: found = named(find_source(name)); break;
        case Kind::sink: found = named(find_sink(name)); break;
        case Kind::converter: found = named(find_converter(name)); break;
        case Kind::header_converter: found = named(find_header_converter(name)); break;
        case Kind::transformation: found = named(find_transformation(name)); break;
        case Kind::predicate: found = named(find_predicate(name)); break;
        case Kind::config_provider: found = named(find_config_provider(name)); break;
        case Kind::override_policy: found = named(find_override_policy(name)); break;
      }
      if (found) return found;
    }
    return std::nullopt;
  };
}

std::vector<Listed> Registry::connectors_with_alias(std::string_view alias) const {
  std::vector<Listed> found;
  for (const Listed& one : list()) {
    if (one.kind != Kind::source && one.kind != Kind::sink) continue;
    for (const std::string& name : aliases_of(one.kind, one.class_name)) {
      if (name == alias) found.push_back(one);
    }
  }
  return found;
}

std::string Registry::unknown_connector(std::string_view name) const {
  std::string text;
  const char* separator = "";
  if (const std::vector<Listed> same = connectors_with_alias(name); same.size() > 1) {
    text = "More than one connector matches alias " + std::string(name) +
           ". Use one of the full class names: ";
    for (const Listed& one : same) {
      text += separator + one.class_name;
      separator = ", ";
    }
    return text;
  }
  text = "Failed to find any class that implements Connector and which name matches " +
         std::string(name) + ", available connectors are: ";
  for (const Listed& one : list()) {
    if (one.kind != Kind::source && one.kind != Kind::sink) continue;
    text += separator + std::string("PluginDesc{klass=class ") + one.class_name + ", name='" +
            one.class_name + "', version='" + one.version + "', encodedVersion=" + one.version +
            ", type=" + std::string(to_string(one.kind)) + ", typeName='" +
            std::string(to_string(one.kind)) + "', location='" + one.location + "'}";
    separator = ", ";
  }
  return text;
}

}  // namespace millrace::plugin

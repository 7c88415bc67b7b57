#include "transform/chain_config.h"

#include "config/connector_config.h"
#include "config/plugin_versions.h"

#include <algorithm>
#include <optional>

namespace millrace::transform {

namespace {

using Texts = std::vector<std::string>;
using plugin::Kind;
using plugin::Registry;

/// The two lists of a chain: what differs between them.
struct List {
  const char* key;        // "transforms"
  const char* group;      // "Transforms"
  const char* interface;  // "Transformation"
  Kind kind;
};
constexpr List transformations{"transforms", "Transforms", "Transformation", Kind::transformation};
constexpr List predicates{"predicates", "Predicates", "Predicate", Kind::predicate};

Error refused(std::string message) { return {ErrorCode::invalid_config, std::move(message)}; }

/// Always the same suggestions.
class Suggestions final : public Recommender {
 public:
  explicit Suggestions(const Texts& values) : values_(values.begin(), values.end()) {}
  Result<std::vector<Setting>> valid_values(std::string_view, const Config&) override {
    return values_;
  }

 private:
  const std::vector<Setting> values_;
};

Texts names_of(Kind kind, const Registry& plugins) {
  Texts names;
  for (const plugin::Listed& one : plugins.list()) {
    if (one.kind == kind) names.push_back(one.class_name);
  }
  return names;
}

/// The classes within an abstract one: Cast$Key and Cast$Value of Cast.
Texts classes_within(std::string_view class_name, const Registry& plugins) {
  const std::string prefix = std::string(class_name) + "$";
  Texts inner;
  for (const List* list : {&transformations, &predicates}) {
    for (std::string& name : names_of(list->kind, plugins)) {
      if (name.starts_with(prefix)) inner.push_back(std::move(name));
    }
  }
  return inner;
}

struct Usable {
  std::string class_name;
  std::string version;
  const ConfigDef* options;
};

template <class T>
std::optional<Usable> usable(const SimplePlugin<T>* plugin) {
  if (plugin == nullptr) return std::nullopt;
  return Usable{plugin->name, plugin->version, &plugin->config};
}

std::optional<Usable> find(const List& list, std::string_view name, const Registry& plugins) {
  return list.kind == Kind::predicate ? usable(plugins.find_predicate(name))
                                      : usable(plugins.find_transformation(name));
}

/// class_name: full, of a class that is known.
Result<Usable> require(const List& list, const std::string& class_name, const Registry& plugins) {
  if (std::optional<Usable> found = find(list, class_name, plugins)) return *found;
  const Texts inner = classes_within(class_name, plugins);
  if (inner.empty()) {
    return refused("Class class " + class_name + " does not implement the " + list.interface +
                   " interface");
  }
  std::string text = "This class is abstract and cannot be created. Did you mean ";
  const char* separator = "";
  for (const std::string& name : inner) {
    text.append(separator).append(name);
    separator = ", ";
  }
  return refused(text + "?");
}

Result<Usable> require_configured(const List& list, const std::string& type_key,
                                  const ConfigMap& properties, const Registry& plugins) {
  const std::string* text = properties.find(type_key);
  if (text == nullptr) {
    return invalid_value(type_key, Setting(), std::string("Not a ") + list.interface);
  }
  const Result<Setting> name =
      parse_setting(type_key, *text, ConfigType::class_name, class_lookup(plugins));
  if (!name) return name.error();
  return require(list, std::get<std::string>(*name), plugins);
}

/// Java has one exception for a version that there is not and for a text that is none.
Result<void> require_version(const std::string* wanted, const Usable& found) {
  Result<void> there = config::require_version(wanted, found.class_name, found.version);
  if (there) return there;
  return Error(ErrorCode::invalid_config, config::wrong_version_class, there.error().message());
}

/// The rule of a `plugin.version`. found: the class, if it can be used.
Validator version_rule(const Result<Usable>& found) {
  return {"a version that there is",
          [found](std::string_view, const Setting& value) -> Result<void> {
            if (!found) return {};
            return require_version(std::get_if<std::string>(&value), *found);
          }};
}

/// The rule of a `type`. What is wrong with negate and with the version is told here, as Java does.
Validator type_rule(const List& list, const std::string& alias, const std::string& prefix,
                    const ConfigMap& properties, const Registry& plugins) {
  const std::string* given = properties.find(prefix + "plugin.version");
  std::optional<std::string> version;
  if (given != nullptr) version = *given;
  const bool negate_alone =
      properties.contains(prefix + "negate") && !properties.contains(prefix + "predicate");
  std::string allowed = "valid configs for " + alias + " " +
                        (list.kind == Kind::predicate ? "predicate" : "transformation");
  return {std::move(allowed),
          [&list, &plugins, negate_alone, prefix, version](std::string_view,
                                                           const Setting& value) -> Result<void> {
            if (list.kind == Kind::transformation && negate_alone) {
              return refused("Config '" + prefix + "negate' was provided but there is no config '" +
                             prefix + "predicate' defining a predicate to be negated.");
            }
            const auto* class_name = std::get_if<std::string>(&value);
            if (class_name == nullptr) return {};
            const Result<Usable> found = require(list, *class_name, plugins);
            if (!found) return found.error();
            return require_version(version ? &*version : nullptr, *found);
          }};
}

/// The general keys of a transformation hide options of the class that are called the same.
ConfigDef options_of(const List& list, const ConfigDef& own) {
  ConfigDef def;
  if (list.kind == Kind::transformation) {
    def.define({.name = "predicate",
                .type = ConfigType::string,
                .importance = Importance::medium,
                .documentation = "Name of the predicate that decides which records are "
                                 "transformed; unset for all of them."});
    def.define({.name = "negate",
                .type = ConfigType::boolean,
                .importance = Importance::medium,
                .documentation = "Whether the records that the predicate does not hold for are "
                                 "transformed instead.",
                .default_value = "false"});
  }
  for (const ConfigKey& key : own.keys()) {
    if (!def.contains(key.name)) def.define(key);
  }
  return def;
}

/// strict: a class that cannot be used is an error, not a message for later.
Result<void> add_keys(ConfigDef& def, const List& list, const ConfigMap& properties,
                      const Registry& plugins, bool strict) {
  const std::string* text = properties.find(list.key);
  if (text == nullptr) return {};
  const Result<Setting> parsed = parse_setting(list.key, *text, ConfigType::list);
  if (!parsed) return parsed.error();
  Texts done;
  for (const std::string& alias : std::get<Texts>(*parsed)) {
    if (std::ranges::find(done, alias) != done.end()) continue;  // told at the list itself
    done.push_back(alias);
    const std::string prefix = std::string(list.key) + "." + alias + ".";
    const std::string group = std::string(list.group) + ": " + alias;
    const Result<Usable> found = require_configured(list, prefix + "type", properties, plugins);
    if (!found && strict) return found.error();
    const Result<void> right_version =
        found ? require_version(properties.find(prefix + "plugin.version"), *found)
              : Result<void>();
    if (!right_version && strict) return right_version.error();
    def.define({.name = prefix + "type",
                .type = ConfigType::class_name,
                .importance = Importance::high,
                .documentation = "Class or alias of '" + alias + "'.",
                .required = true,
                .validator = type_rule(list, alias, prefix, properties, plugins),
                .group = group,
                .order_in_group = 0,
                .width = Width::long_,
                .display_name = std::string(list.interface) + " type for " + alias,
                .recommender = std::make_shared<Suggestions>(names_of(list.kind, plugins))});
    def.define({.name = prefix + "plugin.version",
                .type = ConfigType::string,
                .importance = Importance::high,
                .documentation = "Version, or range of versions, of '" + alias + "'.",
                .default_value =
                    found && !found->version.empty() ? std::optional(found->version) : std::nullopt,
                .validator = version_rule(found),
                .group = group,
                .order_in_group = 1,
                .width = Width::long_,
                .display_name = std::string(list.interface) + " version for " + alias,
                .recommender = std::make_shared<Suggestions>(
                    found && !found->version.empty() ? Texts{found->version} : Texts{})});
    if (found && right_version) def.embed(prefix, group, 2, options_of(list, *found->options));
  }
  return {};
}

template <class T, class Find>
std::vector<ChosenPlugin<T>> chosen(const List& list, const Config& config,
                                    const ConfigMap& properties, Find find_plugin) {
  std::vector<ChosenPlugin<T>> all;
  for (const std::string& alias : config.get<Texts>(list.key)) {
    const std::string prefix = std::string(list.key) + "." + alias + ".";
    all.push_back({alias, find_plugin(config.get<std::string>(prefix + "type")),
                   properties.with_prefix(prefix)});
  }
  return all;
}

}  // namespace

ClassLookup class_lookup(const Registry& plugins) {
  return [&plugins,
          known = plugins.lookup({Kind::source, Kind::sink, Kind::converter, Kind::header_converter,
                                  Kind::transformation, Kind::predicate})](
             std::string_view name) -> std::optional<std::string> {
    if (std::optional<std::string> found = known(name)) return found;
    if (name.empty() || classes_within(name, plugins).empty()) return std::nullopt;
    return std::string(name);
  };
}

Result<void> add_chain_keys(ConfigDef& def, const ConfigMap& properties, const Registry& plugins) {
  MILLRACE_TRY(add_keys(def, transformations, properties, plugins, false));
  return add_keys(def, predicates, properties, plugins, false);
}

Result<ChainConfig> parse_chain(const ConfigMap& properties, const Registry& plugins) {
  static const ConfigDef connector = config::connector_def(config::ConnectorKind::source);
  ConfigDef def;
  for (const List* list : {&transformations, &predicates}) def.define(*connector.find(list->key));
  for (const List* list : {&transformations, &predicates}) {
    MILLRACE_TRY(add_keys(def, *list, properties, plugins, true));
  }
  const Result<Config> config = def.parse(properties, class_lookup(plugins));
  if (!config) return config.error();
  return ChainConfig{
      chosen<Transformation>(
          transformations, *config, properties,
          [&](const std::string& name) { return plugins.find_transformation(name); }),
      chosen<Predicate>(predicates, *config, properties,
                        [&](const std::string& name) { return plugins.find_predicate(name); })};
}

}  // namespace millrace::transform

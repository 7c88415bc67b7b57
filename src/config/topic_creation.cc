#include "config/topic_creation.h"

#include "config/worker_keys.h"

#include <algorithm>
#include <array>
#include <utility>

namespace millrace::config {

namespace {

using Texts = std::vector<std::string>;

constexpr std::string_view family = "topic.creation.";
constexpr std::string_view default_group = "default";
constexpr std::array<std::string_view, 4> own_keys = {"include", "exclude", "partitions",
                                                      "replication.factor"};

bool says_anything(const ConfigMap& connector) {
  return std::ranges::any_of(connector,
                             [](const auto& entry) { return entry.first.starts_with(family); });
}

std::string key_of(std::string_view group, std::string_view key) {
  return std::string(family) + std::string(group) + "." + std::string(key);
}

/// In order, without the default one.
Texts group_names(const ConfigMap& connector) {
  const Result<Setting> list = parse_setting(
      "topic.creation.groups", connector.get_or("topic.creation.groups", ""), ConfigType::list);
  Texts names = list ? std::get<Texts>(*list) : Texts();
  std::erase(names, default_group);
  return names;
}

Validator patterns() {
  return {"regular expressions", [](std::string_view key, const Setting& value) -> Result<void> {
            const auto* list = std::get_if<Texts>(&value);
            if (list == nullptr) return {};
            for (const std::string& pattern : *list) {
              const Result<JavaRegex> compiled = JavaRegex::compile(pattern);
              if (compiled) continue;
              return invalid_value(key, value, "Invalid regex: " + compiled.error().message());
            }
            return {};
          }};
}

/// The settings of a group; those of the default one have to be there, others take them from it.
ConfigDef definition(std::string_view group, const ConfigMap& connector) {
  ConfigDef def;
  const auto number = [&](std::string_view key, ConfigType type) {
    ConfigKey made{.name = key_of(group, key),
                   .type = type,
                   .required = group == default_group,
                   .validator = positive_or_broker_default()};
    if (group != default_group) {
      const std::string text = connector.get_or(key_of(default_group, key), "-1");
      const bool sound = parse_setting(key, text, type).has_value();
      made.default_value = sound && made.validator.check(key, *parse_setting(key, text, type))
                               ? text
                               : "-1";  // what is wrong there is told there
    }
    def.define(std::move(made));
  };
  number("replication.factor", ConfigType::int16);
  number("partitions", ConfigType::int32);
  if (group == default_group) return def;
  for (const char* key : {"include", "exclude"}) {
    def.define({.name = key_of(group, key),
                .type = ConfigType::list,
                .default_value = "",
                .validator = patterns()});
  }
  return def;
}

/// Several patterns as one; none matches nothing.
std::optional<JavaRegex> joined(const Texts& list) {
  std::string pattern;
  for (const std::string& one : list) pattern.append(pattern.empty() ? "" : "|").append(one);
  if (pattern.empty()) return std::nullopt;
  Result<JavaRegex> compiled = JavaRegex::compile(pattern);
  return compiled ? std::optional(std::move(*compiled)) : std::nullopt;
}

Result<TopicCreationGroup> parse_group(const std::string& name, const ConfigMap& connector) {
  const Result<Config> config = definition(name, connector).parse(connector);
  if (!config) return config.error();
  TopicCreationGroup group;
  group.name = name;
  group.partitions = config->get<std::int32_t>(key_of(name, "partitions"));
  group.replication_factor = config->get<std::int16_t>(key_of(name, "replication.factor"));
  if (name != default_group) {
    group.include = joined(config->get<Texts>(key_of(name, "include")));
    group.exclude = joined(config->get<Texts>(key_of(name, "exclude")));
  }
  for (const auto& [key, value] : connector.with_prefix(key_of(name, ""))) {
    if (std::ranges::find(own_keys, key) == own_keys.end()) group.configs.set(key, value);
  }
  return group;
}

}  // namespace

bool TopicCreationGroup::matches(std::string_view topic) const {
  const auto takes = [topic](const std::optional<JavaRegex>& regex) {
    return regex && regex->matches(topic).value_or(false);
  };
  return takes(include) && !takes(exclude);
}

Result<std::vector<TopicCreationGroup>> topic_creation_groups(const ConfigMap& connector) {
  std::vector<TopicCreationGroup> groups;
  if (!says_anything(connector)) return groups;
  Texts names = group_names(connector);
  names.emplace_back(default_group);
  for (const std::string& name : names) {
    Result<TopicCreationGroup> group = parse_group(name, connector);
    if (!group) return std::move(group.error());
    groups.push_back(std::move(*group));
  }
  return groups;
}

std::vector<ConfigValue> topic_creation_errors(const ConfigMap& connector) {
  std::vector<ConfigValue> wrong;
  if (!says_anything(connector)) return wrong;
  Texts names = group_names(connector);
  names.emplace_back(default_group);
  for (const std::string& name : names) {
    for (ConfigValue& value : definition(name, connector).validate(connector)) {
      if (!value.errors.empty()) wrong.push_back(std::move(value));
    }
  }
  return wrong;
}

}  // namespace millrace::config

#include "provider/providers.h"

#include "base/log.h"
#include "base/plugin_call.h"
#include "base/secrets.h"
#include "provider/variables.h"

#include <algorithm>
#include <set>
#include <utility>

namespace millrace::provider {

namespace {

const log::Logger& logger() {
  static const log::Logger& instance =
      log::logger("org.apache.kafka.connect.runtime.WorkerConfigTransformer");
  return instance;
}

/// The names in config.providers; what is wrong with the list is told when the worker's settings
/// are checked.
Result<std::vector<std::string>> names_in(const ConfigMap& worker) {
  Result<Setting> list =
      parse_setting("config.providers", worker.get_or("config.providers", ""), ConfigType::list);
  if (!list) return std::move(list.error());
  auto names = std::get<std::vector<std::string>>(*std::move(list));
  std::erase(names, "");
  return names;
}

using Place = std::pair<std::string, std::string>;  // provider and path

std::string value_of(const std::map<Place, ConfigData>& found, const Variable& variable,
                     std::string_view text, Resolved& resolved) {
  std::string written(text.substr(variable.at, variable.size));
  const auto place = found.find({std::string(variable.provider), std::string(variable.path)});
  if (place == found.end()) return written;
  const auto value = place->second.data.find(std::string(variable.key));
  if (value == place->second.data.end()) return written;
  secrets::add(value->second);
  resolved.values.insert_or_assign(std::move(written), value->second);
  return value->second;
}

std::string replaced(const std::map<Place, ConfigData>& found, std::string_view text,
                     Resolved& resolved) {
  std::string result;
  std::size_t done = 0;
  bool within_words = false;
  for (const Variable& variable : find_variables(text)) {
    result += text.substr(done, variable.at - done);
    const std::string value = value_of(found, variable, text, resolved);
    within_words = within_words || !secrets::is_found_anywhere(value);
    result += value;
    done = variable.at + variable.size;
  }
  result += text.substr(done);
  // A short value would not be found between the other letters of the setting.
  if (within_words && result != text) secrets::add_as_a_whole(result);
  return result;
}

}  // namespace

Result<Providers> Providers::make(const ConfigMap& worker, const plugin::Registry& plugins) {
  Providers made;
  const Result<std::vector<std::string>> names = names_in(worker);
  if (!names) return names.error();
  for (const std::string& name : *names) {
    const std::string prefix = "config.providers." + name + ".";
    const std::string* class_name = worker.find(prefix + "class");
    if (class_name == nullptr) {
      logger().warn("Configuration provider '{}' is left out: {}class is missing", name, prefix);
      continue;
    }
    const SimplePlugin<ConfigProvider>* plugin = plugins.find_config_provider(*class_name);
    if (plugin == nullptr) {
      return invalid_value(prefix + "class", *class_name,
                           "Class " + *class_name + " could not be found.");
    }
    const Result<Resolved> parameters = made.resolve(worker.with_prefix(prefix + "param."));
    if (!parameters) return parameters.error();
    MILLRACE_TRY(plugin->config.parse(parameters->config));
    std::unique_ptr<ConfigProvider> instance = plugin->make();
    if (const Result<void> configured =
            call_plugin("configure", [&] { return instance->configure(parameters->config); });
        !configured) {
      return Error(configured.error()).at("configuration provider '" + name + "'");
    }
    made.providers_.insert_or_assign(name, std::move(instance));
  }
  return made;
}

Result<ConfigData> Providers::look_up(const std::string& provider, const std::string& path,
                                      const std::set<std::string>& keys) const {
  const auto it = providers_.find(provider);
  Result<ConfigData> found = call_plugin("get", [&] { return it->second->get(path, keys); });
  if (!found) return Error(found.error()).at("configuration provider '" + provider + "'");
  return found;
}

Result<Resolved> Providers::resolve(const ConfigMap& config) const {
  Resolved resolved{config, {}, {}};
  std::map<Place, std::set<std::string>> wanted;
  for (const auto& [name, text] : config) {
    if (!text || providers_.empty()) continue;
    for (const Variable& variable : find_variables(*text)) {
      if (!providers_.contains(variable.provider)) continue;
      wanted[{std::string(variable.provider), std::string(variable.path)}].emplace(variable.key);
    }
  }
  if (wanted.empty()) return resolved;
  std::map<Place, ConfigData> found;
  for (const auto& [place, keys] : wanted) {
    Result<ConfigData> data = look_up(place.first, place.second, keys);
    if (!data) return std::move(data.error());
    if (data->time_to_live && data->time_to_live->count() >= 0) {
      const std::string source =
          place.second.empty() ? place.first : place.first + ":" + place.second;
      resolved.expiries.push_back({source, *data->time_to_live});
    }
    found.emplace(place, *std::move(data));
  }
  for (const auto& [name, text] : config) {
    if (text) resolved.config.set(name, replaced(found, *text, resolved));
  }
  return resolved;
}

void put_variables_back(const ConfigMap& raw, const Resolved& connector, ConfigMap& task) {
  std::vector<std::pair<std::string_view, std::string_view>> values;  // value, variable
  for (const auto& [variable, value] : connector.values) values.emplace_back(value, variable);
  // The longer one first: it may hold the shorter one.
  std::ranges::stable_sort(values, std::greater<>(),
                           [](const auto& entry) { return entry.first.size(); });
  const ConfigMap given = task;
  for (const auto& [name, text] : given) {
    const std::string* own = raw.find(name);
    if (own != nullptr && has_variable(*own)) {
      task.set(name, *own);
      continue;
    }
    if (!text || (own != nullptr && *own == *text)) continue;  // it was given in the clear
    std::string shown = *text;
    for (const auto& [value, variable] : values) {
      if (shown == value && secrets::redact(value) != value) shown = variable;
      if (!secrets::is_found_anywhere(value)) continue;
      for (std::size_t at = shown.find(value); at != std::string::npos;
           at = shown.find(value, at + variable.size())) {
        shown.replace(at, value.size(), variable);
      }
    }
    if (shown != *text) task.set(name, shown);
  }
}

}  // namespace millrace::provider

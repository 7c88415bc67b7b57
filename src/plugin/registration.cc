#include "plugin/registration.h"

#include <utility>

namespace millrace::plugin {
namespace {

/// The call of `add` with this plugin, to be made later and once.
template <class Plugin>
std::function<void(PluginRegistry&)> later(void (PluginRegistry::*add)(Plugin), Plugin plugin) {
  return [add, plugin = std::move(plugin)](PluginRegistry& registry) mutable {
    (registry.*add)(std::move(plugin));
  };
}

}  // namespace

void Registration::add_source(SourcePlugin plugin) {
  steps_.push_back(later(&PluginRegistry::add_source, std::move(plugin)));
}
void Registration::add_sink(SinkPlugin plugin) {
  steps_.push_back(later(&PluginRegistry::add_sink, std::move(plugin)));
}
void Registration::add_converter(SimplePlugin<Converter> plugin) {
  steps_.push_back(later(&PluginRegistry::add_converter, std::move(plugin)));
}
void Registration::add_header_converter(SimplePlugin<HeaderConverter> plugin) {
  steps_.push_back(later(&PluginRegistry::add_header_converter, std::move(plugin)));
}
void Registration::add_transformation(SimplePlugin<Transformation> plugin) {
  steps_.push_back(later(&PluginRegistry::add_transformation, std::move(plugin)));
}
void Registration::add_predicate(SimplePlugin<Predicate> plugin) {
  steps_.push_back(later(&PluginRegistry::add_predicate, std::move(plugin)));
}
void Registration::add_config_provider(SimplePlugin<ConfigProvider> plugin) {
  steps_.push_back(later(&PluginRegistry::add_config_provider, std::move(plugin)));
}
void Registration::add_override_policy(SimplePlugin<OverridePolicy> plugin) {
  steps_.push_back(later(&PluginRegistry::add_override_policy, std::move(plugin)));
}

void Registration::hand_over(PluginRegistry& registry) {
  for (const auto& step : std::exchange(steps_, {})) step(registry);
}

}  // namespace millrace::plugin

#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "millrace/plugin.h"

namespace millrace::plugin {

/// Holds what one library registers until it is known that all of that went well.
/// Threads: one.
class Registration final : public PluginRegistry {
 public:
  void add_source(SourcePlugin plugin) override;
  void add_sink(SinkPlugin plugin) override;
  void add_converter(SimplePlugin<Converter> plugin) override;
  void add_header_converter(SimplePlugin<HeaderConverter> plugin) override;
  void add_transformation(SimplePlugin<Transformation> plugin) override;
  void add_predicate(SimplePlugin<Predicate> plugin) override;
  void add_config_provider(SimplePlugin<ConfigProvider> plugin) override;
  void add_override_policy(SimplePlugin<OverridePolicy> plugin) override;

  [[nodiscard]] std::size_t size() const { return steps_.size(); }
  /// Once: moves everything on.
  void hand_over(PluginRegistry& registry);

 private:
  std::vector<std::function<void(PluginRegistry&)>> steps_;
};

}  // namespace millrace::plugin

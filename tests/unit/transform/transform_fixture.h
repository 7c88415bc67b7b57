#pragma once

#include "millrace/struct.h"
#include "plugin/registry.h"
#include "transform/bundled.h"
#include "transform/chain_config.h"
#include "transform/make_chain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace millrace {

inline const std::string transforms_package = "org.apache.kafka.connect.transforms.";

/// A registry with the bundled transformations and predicates.
inline const plugin::Registry& bundled() {
  static const plugin::Registry all = [] {
    plugin::Registry plugins;
    transform::register_transforms(plugins);
    return plugins;
  }();
  return all;
}

/// A bundled transformation with its settings, by the end of its name: "HoistField$Value".
inline std::unique_ptr<Transformation> transformation(const std::string& name,
                                                      const ConfigMap& settings) {
  const auto* plugin = bundled().find_transformation(transforms_package + name);
  if (plugin == nullptr) {
    ADD_FAILURE() << "no transformation " << name;
    return nullptr;
  }
  auto made = plugin->make();
  const Result<Config> config = plugin->config.parse(settings);
  const Result<void> configured = config ? made->configure(*config) : config.error();
  if (!configured) ADD_FAILURE() << configured.error().trace();
  return made;
}

/// The chain of a connector's configuration, or why there is none.
inline Result<transform::Chain> chain_of(const ConfigMap& settings,
                                         const plugin::Registry& plugins = bundled()) {
  const auto config = transform::parse_chain(settings, plugins);
  if (!config) return config.error();
  return transform::make_chain(*config);
}
inline std::string chain_error(const ConfigMap& settings) {
  const auto chain = chain_of(settings);
  return chain ? "" : chain.error().java_class() + ": " + chain.error().message();
}

inline Record record_of(const std::string& topic, Value value, SchemaPtr schema = nullptr) {
  Record record;
  record.topic = Text(topic);
  record.value_schema = std::move(schema);
  record.value = std::move(value);
  return record;
}

/// A struct of those fields, which must fit the schema.
inline Value struct_of(const SchemaPtr& schema,
                       const std::vector<std::pair<std::string, Value>>& fields) {
  Result<Struct> made = Struct::create(schema);
  if (!made) {
    ADD_FAILURE() << made.error().trace();
    return nullptr;
  }
  for (const auto& [name, value] : fields) {
    const Result<void> put = made->put(name, value);
    if (!put) ADD_FAILURE() << put.error().trace();
  }
  return *std::move(made);
}

}  // namespace millrace

#include "worker/plugin_versions.h"

#include "config/plugin_versions.h"
#include "config/version_range.h"
#include "transform/chain_config.h"

#include <utility>

namespace millrace::worker {

Result<void> require_versions(const ConfigMap& connector, const std::string& class_name,
                              const std::string& version, const plugin::Registry& plugins) {
  Result<void> own =
      config::require_version(connector.find("connector.plugin.version"), class_name, version);
  if (!own) {
    return Error(ErrorCode::fatal, "Failed to get class loader for connector " +
                                       connector.get_or("name", "") + ", class " + class_name)
        .caused_by(std::move(own.error()));
  }
  for (const std::string_view converter :
       {"key.converter", "value.converter", "header.converter"}) {
    const std::string key = std::string(converter) + ".plugin.version";
    const std::string* wanted = connector.find(key);
    if (wanted == nullptr) continue;
    if (const auto range = config::VersionRange::parse(*wanted); !range) {
      return Error(ErrorCode::invalid_config, config::wrong_version_class,
                   invalid_value(key, *wanted, range.error().message()).message());
    }
  }
  const auto chain = transform::parse_chain(connector, plugins);
  return chain ? Result<void>() : chain.error();
}

Result<void> require_converter_version(std::string_view setting,
                                       const config::ConverterChoice& choice,
                                       const std::string& class_name, const std::string& version) {
  const std::string* wanted = choice.options.find("plugin.version");
  Result<void> there = config::require_version(wanted, class_name, version);
  if (there || there.error().java_class() == config::wrong_version_class) return there;
  return Error(ErrorCode::fatal,
               "Invalid version range for " + std::string(setting) + ": " + *wanted)
      .caused_by(std::move(there.error()));
}

}  // namespace millrace::worker

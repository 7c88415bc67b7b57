#include "config/plugin_versions.h"

#include "config/version_range.h"

namespace millrace::config {

Result<void> require_version(const std::string* wanted, const std::string& class_name,
                             const std::string& version) {
  if (wanted == nullptr) return {};
  const Result<VersionRange> range = VersionRange::parse(*wanted);
  if (!range) return range.error();
  if (range->contains(version)) return {};
  return Error(ErrorCode::invalid_config, wrong_version_class,
               "Plugin " + class_name + " not found that matches the version range " +
                   range->to_string() + ", available versions: [" + version + "]");
}

}  // namespace millrace::config

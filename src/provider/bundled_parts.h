#pragma once

#include "millrace/config_provider.h"
#include "millrace/plugin.h"
#include "provider/allowed_paths.h"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::provider {

/// The full class name of a bundled provider.
std::string bundled_name(std::string_view simple_name);

/// The settings of a provider that reads files.
ConfigDef path_settings();

/// A provider that looks into files: what it has in common with others is where it may look.
/// Threads: configure once, before any other call.
class PathProvider : public ConfigProvider {
 public:
  explicit PathProvider(std::string name) : name_(std::move(name)) {}
  Result<void> configure(const ConfigMap& properties) override;
  Result<ConfigData> get(std::string_view path) override { return look(path, nullptr); }
  Result<ConfigData> get(std::string_view path, const std::set<std::string>& keys) override {
    return look(path, &keys);
  }

 protected:
  /// What lies at an allowed path; keys: null for everything.
  virtual Result<ConfigData> read(const std::filesystem::path& path,
                                  const std::set<std::string>* keys) = 0;
  void warn(std::string_view text) const;

 private:
  Result<ConfigData> look(std::string_view path, const std::set<std::string>* keys);

  const std::string name_;
  std::optional<AllowedPaths> allowed_;  // none: not configured
};

}  // namespace millrace::provider

#pragma once

#include "base/mutex.h"
#include "millrace/plugin.h"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace millrace::provider {

/// What a provider of tests gives; shared by the test and the instance that the worker made.
/// Threads: any.
class Vault {
 public:
  void put(const std::string& path, const std::string& key, const std::string& value) {
    const MutexLock lock(mutex_);
    data_[path].data[key] = value;
  }
  void live_for(const std::string& path, std::optional<std::chrono::milliseconds> time) {
    const MutexLock lock(mutex_);
    data_[path].time_to_live = time;
  }
  void break_down(const std::string& message) {
    const MutexLock lock(mutex_);
    broken_ = message;
  }
  Result<ConfigData> get(std::string_view path, const std::set<std::string>& keys) {
    const MutexLock lock(mutex_);
    if (!broken_.empty()) return Error{ErrorCode::invalid_config, broken_};
    std::string line = "get " + std::string(path);
    for (const std::string& key : keys) line += " " + key;
    calls_.push_back(line);
    const auto it = data_.find(path);
    return it == data_.end() ? ConfigData{} : it->second;
  }
  void note(const std::string& line) {
    const MutexLock lock(mutex_);
    calls_.push_back(line);
  }
  std::vector<std::string> calls() {
    const MutexLock lock(mutex_);
    return calls_;
  }

 private:
  Mutex mutex_;
  std::map<std::string, ConfigData, std::less<>> data_ GUARDED_BY(mutex_);
  std::string broken_ GUARDED_BY(mutex_);
  std::vector<std::string> calls_ GUARDED_BY(mutex_);
};

class VaultProvider final : public ConfigProvider {
 public:
  explicit VaultProvider(std::shared_ptr<Vault> vault) : vault_(std::move(vault)) {}
  Result<void> configure(const ConfigMap& properties) override {
    for (const auto& [key, value] : properties) {
      vault_->note("configure " + key + "=" + value.value_or("null"));
    }
    if (properties.contains("refuse")) return Error{ErrorCode::invalid_config, "refused"};
    return {};
  }
  Result<ConfigData> get(std::string_view path) override { return vault_->get(path, {}); }
  Result<ConfigData> get(std::string_view path, const std::set<std::string>& keys) override {
    return vault_->get(path, keys);
  }

 private:
  std::shared_ptr<Vault> vault_;
};

inline SimplePlugin<ConfigProvider> vault_plugin(const std::shared_ptr<Vault>& vault,
                                                 const std::string& name = "test.Vault") {
  return {.name = name, .version = "1", .config = {}, .make = [vault] {
            return std::make_unique<VaultProvider>(vault);
          }};
}

}  // namespace millrace::provider

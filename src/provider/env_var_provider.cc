// ${env:NAME}: a variable of the worker's environment, as it was when the worker started.
#include "config/java_regex.h"
#include "provider/bundled.h"
#include "provider/bundled_parts.h"

#include <unistd.h>

#include <map>

namespace millrace::provider {

namespace {

constexpr std::string_view pattern_key = "allowlist.pattern";

std::map<std::string, std::string> environment() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t sign = text.find('=');
    if (sign == std::string_view::npos) continue;
    variables.emplace(text.substr(0, sign), text.substr(sign + 1));
  }
  return variables;
}

/// Threads: configure once, before any other call.
class EnvVarProvider final : public ConfigProvider {
 public:
  Result<void> configure(const ConfigMap& properties) override {
    const std::string text = properties.get_or(pattern_key, ".*");
    const Result<config::JavaRegex> pattern = config::JavaRegex::compile(text);
    if (!pattern) return invalid_value(pattern_key, text, pattern.error().message());
    variables_.clear();
    for (auto& [name, value] : environment()) {
      const Result<bool> allowed = pattern->matches(name);
      if (!allowed) return allowed.error();
      if (*allowed) variables_.emplace(name, std::move(value));
    }
    return {};
  }

  Result<ConfigData> get(std::string_view path) override { return look(path, nullptr); }
  Result<ConfigData> get(std::string_view path, const std::set<std::string>& keys) override {
    return look(path, &keys);
  }

 private:
  Result<ConfigData> look(std::string_view path, const std::set<std::string>* keys) const {
    if (!path.empty()) {
      return Error(ErrorCode::invalid_config,
                   "Path is not supported for EnvVarConfigProvider, invalid value '" +
                       std::string(path) + "'");
    }
    if (keys == nullptr) return ConfigData{variables_, {}};
    ConfigData found;
    for (const std::string& key : *keys) {
      if (const auto it = variables_.find(key); it != variables_.end()) found.data.insert(*it);
    }
    return found;
  }

  std::map<std::string, std::string> variables_;  // those that are allowed
};

}  // namespace

SimplePlugin<ConfigProvider> env_var_provider() {
  return {.name = bundled_name("EnvVarConfigProvider"),
          .version = "4.3.0",
          .config = ConfigDef().define(
              {.name = std::string(pattern_key),
               .type = ConfigType::string,
               .importance = Importance::low,
               .documentation = "A regular expression that the whole name of a variable has to "
                                "match, or it is not given out.",
               .default_value = ".*"}),
          .make = [] { return std::make_unique<EnvVarProvider>(); }};
}

}  // namespace millrace::provider

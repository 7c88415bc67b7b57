// ${lease:/path/to/file:anything}: the content of a file, good for as long as param.ttl.ms says.
#include <millrace/plugin.h>

#include <fstream>
#include <iterator>

namespace {

using namespace millrace;

class LeaseProvider final : public ConfigProvider {
 public:
  Result<void> configure(const ConfigMap& properties) override {
    const Result<Setting> time =
        parse_setting("ttl.ms", properties.get_or("ttl.ms", "60000"), ConfigType::int64);
    if (!time) return time.error();
    time_ = std::chrono::milliseconds(std::get<std::int64_t>(*time));
    return {};
  }
  Result<ConfigData> get(std::string_view) override { return ConfigData{}; }
  Result<ConfigData> get(std::string_view path, const std::set<std::string>& keys) override {
    std::ifstream file{std::string(path)};
    if (!file) return Error{ErrorCode::invalid_config, "no lease at " + std::string(path)};
    const std::string text(std::istreambuf_iterator<char>(file), {});
    ConfigData found{.data = {}, .time_to_live = time_};
    for (const std::string& key : keys) found.data.emplace(key, text);
    return found;
  }

 private:
  std::chrono::milliseconds time_{};
};

}  // namespace

MILLRACE_PLUGIN(registry) {
  registry.add_config_provider(
      {.name = "com.example.LeaseConfigProvider", .version = "1.0.0", .config = {}, .make = [] {
         return std::make_unique<LeaseProvider>();
       }});
}

// ${file:/path/to/file.properties:key}: the value of a key in a properties file, read anew for each
// lookup.
#include "config/properties.h"
#include "provider/bundled.h"
#include "provider/bundled_parts.h"

namespace millrace::provider {

namespace {

class FileProvider final : public PathProvider {
 public:
  FileProvider() : PathProvider(bundled_name("FileConfigProvider")) {}

 private:
  Result<ConfigData> read(const std::filesystem::path& path,
                          const std::set<std::string>* keys) override {
    Result<ConfigMap> properties = config::read_properties(path.string(), config::Charset::utf8);
    if (!properties) {
      return Error(ErrorCode::invalid_config,
                   "Could not read properties from file " + path.string())
          .caused_by(std::move(properties.error()));
    }
    ConfigData found;
    for (const auto& [key, value] : *properties) {
      if (value && (keys == nullptr || keys->contains(key))) found.data.emplace(key, *value);
    }
    return found;
  }
};

}  // namespace

SimplePlugin<ConfigProvider> file_provider() {
  return {.name = bundled_name("FileConfigProvider"),
          .version = "4.3.0",
          .config = path_settings(),
          .make = [] { return std::make_unique<FileProvider>(); }};
}

}  // namespace millrace::provider

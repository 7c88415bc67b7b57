// ${directory:/path/to/folder:name}: the whole content of a file of that name, as Kubernetes lays
// secrets out.
#include "config/text_file.h"
#include "provider/bundled.h"
#include "provider/bundled_parts.h"

#include <system_error>

namespace millrace::provider {

namespace fs = std::filesystem;

namespace {

class DirectoryProvider final : public PathProvider {
 public:
  DirectoryProvider() : PathProvider(bundled_name("DirectoryConfigProvider")) {}

 private:
  Result<ConfigData> read(const fs::path& path, const std::set<std::string>* keys) override {
    std::error_code problem;
    if (!fs::is_directory(path, problem)) {
      warn("The path " + path.string() + " is no folder: nothing is read from it");
      return ConfigData{};
    }
    ConfigData found;
    fs::directory_iterator entry(path, problem);
    for (; !problem && entry != fs::directory_iterator(); entry.increment(problem)) {
      const std::string name = entry->path().filename().string();
      if (keys != nullptr && !keys->contains(name)) continue;
      std::error_code unreadable;
      if (!entry->is_regular_file(unreadable)) continue;
      Result<std::string> text = config::read_text_file(entry->path().string());
      if (!text) {
        return Error(ErrorCode::invalid_config,
                     "Could not read file " + entry->path().string() + " for property " + name)
            .caused_by(std::move(text.error()));
      }
      found.data.emplace(name, *std::move(text));
    }
    if (problem) {
      return Error(ErrorCode::invalid_config, "Could not list directory " + path.string())
          .caused_by(Error(ErrorCode::fatal, problem.message()));
    }
    return found;
  }
};

}  // namespace

SimplePlugin<ConfigProvider> directory_provider() {
  return {.name = bundled_name("DirectoryConfigProvider"),
          .version = "4.3.0",
          .config = path_settings(),
          .make = [] { return std::make_unique<DirectoryProvider>(); }};
}

}  // namespace millrace::provider

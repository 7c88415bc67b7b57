#include "plugin/plugin_path.h"

#include <algorithm>
#include <set>
#include <string>
#include <system_error>

#include "base/log.h"

namespace millrace::plugin {
namespace {

namespace fs = std::filesystem;

// Deeper than any distribution of connectors; ends links that lead round in a circle.
constexpr int deepest_folder = 8;

log::Logger& logger() {
  static log::Logger& instance =
      log::logger("org.apache.kafka.connect.runtime.isolation.PluginUtils");
  return instance;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n\f\v";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::vector<fs::path> elements_of(std::string_view plugin_path) {
  std::vector<fs::path> elements;
  while (!plugin_path.empty()) {
    const std::size_t comma = std::min(plugin_path.find(','), plugin_path.size());
    const fs::path element(trimmed(plugin_path.substr(0, comma)));
    plugin_path.remove_prefix(std::min(comma + 1, plugin_path.size()));
    if (!element.empty() && std::ranges::find(elements, element) == elements.end()) {
      elements.push_back(element);
    }
  }
  return elements;
}

class Walk {
 public:
  std::vector<Location> locations;

  void element(const fs::path& path) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (fs::is_directory(status)) {
      for (const fs::path& entry : entries_of(path)) location(entry);
    } else if (fs::is_regular_file(status) && (is_library(path) || is_jar(path))) {
      location(path);
    } else {
      const std::string reason = error                ? error.message()
                                 : fs::exists(status) ? "neither a folder nor a library (.so)"
                                                      : "No such file or directory";
      logger().error("'{}' in plugin.path is left out: {}", path.string(), reason);
    }
  }

 private:
  static bool is_library(const fs::path& path) { return path.extension() == ".so"; }
  static bool is_jar(const fs::path& path) { return path.extension() == ".jar"; }

  std::vector<fs::path> entries_of(const fs::path& folder) {
    std::vector<fs::path> entries;
    std::error_code error;
    fs::directory_iterator entry(folder, error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
      entries.push_back(entry->path());
    }
    if (error) {
      logger().error("Folder '{}' in plugin.path cannot be read: {}", folder.string(),
                     error.message());
    }
    std::ranges::sort(entries);
    return entries;
  }

  void location(const fs::path& path) {
    Location found{path, {}, {}};
    collect(path, found, deepest_folder);
    if (!found.libraries.empty() || !found.jars.empty()) locations.push_back(std::move(found));
  }

  void collect(const fs::path& path, Location& into, int levels) {
    std::error_code error;
    if (fs::is_directory(path, error)) {
      if (levels == 0) return;
      for (const fs::path& entry : entries_of(path)) collect(entry, into, levels - 1);
      return;
    }
    if (!is_library(path) && !is_jar(path)) return;
    fs::path real = fs::canonical(path, error);
    if (error) {
      logger().error("'{}' in plugin.path is left out: {}", path.string(), error.message());
      return;
    }
    if (!seen_.insert(real).second) return;
    (is_library(path) ? into.libraries : into.jars).push_back(std::move(real));
  }

  std::set<fs::path> seen_;
};

}  // namespace

std::vector<Location> find_locations(std::string_view plugin_path) {
  Walk walk;
  for (const fs::path& element : elements_of(plugin_path)) walk.element(element);
  return std::move(walk.locations);
}

}  // namespace millrace::plugin

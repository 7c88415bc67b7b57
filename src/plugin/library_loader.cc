#include "plugin/library_loader.h"

#include <exception>
#include <optional>
#include <string>

#include <dlfcn.h>

#include "base/log.h"
#include "plugin/elf_section.h"
#include "plugin/plugin_path.h"
#include "plugin/registration.h"

namespace millrace::plugin {
namespace {

constexpr std::string_view our_abi = MILLRACE_PLUGIN_ABI;
constexpr std::size_t largest_abi_text = 4096;

log::Logger& logger() {
  static log::Logger& instance =
      log::logger("org.apache.kafka.connect.runtime.isolation.PluginScanner");
  return instance;
}

/// Whether the file says that it was built for a worker like this one.
bool agrees(const std::filesystem::path& library) {
  const auto text = read_elf_section(library, ".millrace", largest_abi_text);
  if (!text) {
    logger().warn("File '{}' is not loaded: it {}", library.string(), text.error().message());
    return false;
  }
  if (!*text) {
    logger().debug("Library '{}' is not loaded: it is no plugin of Millrace", library.string());
    return false;
  }
  const std::string_view theirs = std::string_view(**text).substr(0, (*text)->find('\0'));
  if (theirs == our_abi) return true;
  logger().warn("Plugin library '{}' is not loaded: it was built for \"{}\", this worker is \"{}\"",
                library.string(), theirs, our_abi);
  return false;
}

std::string last_dl_error() {
  const char* text = ::dlerror();
  return text == nullptr ? "no reason given" : text;
}

}  // namespace

bool load_library(const std::filesystem::path& library, std::string_view location,
                  Registry& registry) {
  if (!agrees(library)) return false;
  // Every symbol now: a missing one must not end the worker in the middle of a record.
  void* const handle = ::dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    logger().error("Plugin library '{}' cannot be loaded: {}", library.string(), last_dl_error());
    return false;
  }
  using Register = void (*)(PluginRegistry&);
  const auto entry = reinterpret_cast<Register>(::dlsym(handle, "millrace_register_plugins"));
  if (entry == nullptr) {
    logger().error("Plugin library '{}' is not used: it has no function millrace_register_plugins",
                   library.string());
    return false;
  }
  std::string reason;
  try {
    Registration plugins;
    entry(plugins);
    logger().info("Loaded '{}', which has {} plugin(s)", library.string(), plugins.size());
    registry.set_location(std::string(location));
    plugins.hand_over(registry);
    registry.set_location(std::string(built_in));
    return true;
  } catch (const std::exception& exception) {
    reason = exception.what();
  } catch (...) {
    reason = "an exception of unknown type";
  }
  logger().error("Plugin library '{}' is not used: its registration threw: {}", library.string(),
                 reason);
  return false;
}

void load_libraries(std::string_view plugin_path, Registry& registry) {
  for (const Location& location : find_locations(plugin_path)) {
    if (!location.jars.empty()) {
      logger().warn("Java plugins are not loaded: '{}' holds {} jar file(s), such as '{}'",
                    location.path.string(), location.jars.size(),
                    location.jars.front().filename().string());
    }
    for (const std::filesystem::path& library : location.libraries) {
      load_library(library, location.path.string(), registry);
    }
  }
}

}  // namespace millrace::plugin

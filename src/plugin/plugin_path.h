#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

namespace millrace::plugin {

/// One entry of a folder on plugin.path: a folder of its own, or a single file.
struct Location {
  std::filesystem::path path;
  std::vector<std::filesystem::path> libraries;  ///< files that end in .so, links resolved
  std::vector<std::filesystem::path> jars;       ///< for Java alone
};

/// Walks a plugin.path: folders and libraries, separated by commas, blanks around them dropped.
/// Links are followed. Everything is sorted by name, and no library or jar comes twice.
/// What is not there, or cannot be looked into, is logged as an ERROR and left out.
/// Threads: any.
std::vector<Location> find_locations(std::string_view plugin_path);

}  // namespace millrace::plugin

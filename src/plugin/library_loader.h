#pragma once

#include <filesystem>
#include <string_view>

#include "plugin/registry.h"

namespace millrace::plugin {

/// Loads every plugin library that a plugin.path leads to and hands its plugins to the registry.
/// A library is opened only after the text that MILLRACE_PLUGIN left in its file has been read and
/// found to agree with this worker's; none of its code runs before that. Libraries stay loaded.
/// Nothing here fails the worker, each trouble is one line in the log that names the file:
///   no such text: some other library, DEBUG · a file that is no library at all: WARN · text of
///   another API or compiler: WARN with both · jars: one WARN a location · cannot be opened, or its
///   registration throws: ERROR; what it had registered before that stays out.
/// Threads: once, while the worker starts.
void load_libraries(std::string_view plugin_path, Registry& registry);

/// One of them. True: it was loaded.
bool load_library(const std::filesystem::path& library, std::string_view location,
                  Registry& registry);

}  // namespace millrace::plugin

// package_loader PLUGIN_PATH NAME...: loads the libraries of a plugin.path as a worker does and
// lists what they registered, one `<kind> <class> <version>` a line. Exit code 1: a connector of
// that name or alias is missing.
#include <cstdio>
#include <string>

#include "plugin/library_loader.h"
#include "plugin/registry.h"

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: package_loader PLUGIN_PATH NAME...\n", stderr);
    return 2;
  }
  millrace::plugin::Registry registry;
  millrace::plugin::load_libraries(argv[1], registry);
  for (const millrace::plugin::Listed& one : registry.list()) {
    const std::string kind(to_string(one.kind));
    std::printf("%s %s %s\n", kind.c_str(), one.class_name.c_str(), one.version.c_str());
  }
  int missing = 0;
  for (int i = 2; i < argc; ++i) {
    if (registry.find_source(argv[i]) != nullptr || registry.find_sink(argv[i]) != nullptr)
      continue;
    std::fprintf(stderr, "%s\n", registry.unknown_connector(argv[i]).c_str());
    missing = 1;
  }
  return missing;
}

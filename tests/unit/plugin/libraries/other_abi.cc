// Built for another worker; to load it, even without calling it, would end the test.
#include <cstdlib>

#include "millrace/plugin.h"

#undef MILLRACE_PLUGIN_ABI
#define MILLRACE_PLUGIN_ABI "millrace-plugin;api=99;library=other;"

namespace {
const bool loaded = (std::abort(), true);
}

MILLRACE_PLUGIN(registry) {
  static_cast<void>(registry);
  static_cast<void>(loaded);
}

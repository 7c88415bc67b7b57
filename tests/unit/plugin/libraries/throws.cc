// Registers one plugin, then fails.
#include <stdexcept>

#include "millrace/plugin.h"

MILLRACE_PLUGIN(registry) {
  registry.add_source({.name = "com.example.HalfSource", .make_task = [] { return nullptr; }});
  throw std::runtime_error("no licence found");
}

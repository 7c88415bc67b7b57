#include "config/worker_keys.h"

namespace millrace::config {

// Kafka Connect knows none of these; each has a default that serves a configuration made for it.
void own_keys(ConfigDef& def) {
  using enum ConfigType;
  using enum Importance;
  define_keys(def, {
                       {"millrace.prefetch.max.bytes", int64, low, "268435456",
                        "Most bytes of records that the tasks of this worker together have fetched "
                        "ahead or sent and not yet got acknowledged.",
                        Validator::at_least(1)},
                   });
}

}  // namespace millrace::config

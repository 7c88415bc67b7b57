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
                       {"millrace.rest.max.body.bytes", int32, low, "1048576",
                        "Most bytes of the body of a REST request; larger ones are answered with "
                        "413.",
                        Validator::at_least(1)},
                       {"millrace.rest.max.connections", int32, low, "1024",
                        "Most connections of REST clients; beyond it the one that has been idle "
                        "longest is closed.",
                        Validator::at_least(1)},
                       {"millrace.rest.reply.timeout.ms", int64, low, "90000",
                        "How long a REST request may wait for connectors and tasks to do what it "
                        "asks for, before it is answered with 500.",
                        Validator::at_least(1)},
                       {"millrace.rest.jaas.file", string, low, null,
                        "JAAS file whose entry KafkaConnect says who may use the REST API, where "
                        "BasicAuthSecurityRestExtension is installed; unset, the option "
                        "-Djava.security.auth.login.config of KAFKA_OPTS counts."},
                   });
}

}  // namespace millrace::config

#include "config/worker_keys.h"

namespace millrace::config {

void standalone_storage_keys(ConfigDef& def) {
  using enum ConfigType;
  using enum Importance;
  define_keys(def, {
                       {"offset.storage.file.filename", string, high, no_default,
                        "File that source offsets are kept in."},
                   });
}

void distributed_storage_keys(ConfigDef& def) {
  using enum ConfigType;
  using enum Importance;
  define_keys(
      def, {
               {"offset.storage.topic", string, high, no_default,
                "Topic that source offsets are kept in."},
               {"offset.storage.partitions", int32, low, "25",
                "Partitions of the offsets topic when it is created, -1 for the broker's default.",
                positive_or_broker_default()},
               {"offset.storage.replication.factor", int16, low, "3",
                "Copies of the offsets topic when it is created, -1 for the broker's default.",
                positive_or_broker_default()},
               {"config.storage.topic", string, high, no_default,
                "Topic that connector configurations are kept in."},
               {"config.storage.replication.factor", int16, low, "3",
                "Copies of the config topic when it is created, -1 for the broker's default.",
                positive_or_broker_default()},
               {"status.storage.topic", string, high, no_default,
                "Topic that states of connectors and tasks are kept in."},
               {"status.storage.partitions", int32, low, "5",
                "Partitions of the status topic when it is created, -1 for the broker's default.",
                positive_or_broker_default()},
               {"status.storage.replication.factor", int16, low, "3",
                "Copies of the status topic when it is created, -1 for the broker's default.",
                positive_or_broker_default()},
           });
}

}  // namespace millrace::config

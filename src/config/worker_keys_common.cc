#include "config/worker_keys.h"

namespace millrace::config {

void common_keys(ConfigDef& def) {
  using enum ConfigType;
  using enum Importance;
  define_keys(
      def,
      {
          {"bootstrap.servers", list, high, no_default,
           "Kafka brokers to connect to first, as host:port; the others of the cluster are found "
           "through them. \"embedded:\" starts a demonstration broker inside the worker.",
           Validator::list({})},
          {"client.dns.lookup", string, medium, "use_all_dns_ips",
           "Whether a broker's name stands for all of its addresses, or is first resolved to "
           "canonical "
           "names.",
           Validator::one_of({"use_all_dns_ips", "resolve_canonical_bootstrap_servers_only"})},
          {"key.converter", class_name, high, no_default,
           "Converter between record keys and their bytes in Kafka, for connectors that name "
           "none."},
          {"key.converter.plugin.version", string, low, null,
           "Version, or range of versions, of the key converter."},
          {"value.converter", class_name, high, no_default,
           "Converter between record values and their bytes in Kafka, for connectors that name "
           "none."},
          {"value.converter.plugin.version", string, low, null,
           "Version, or range of versions, of the value converter."},
          {"task.shutdown.graceful.timeout.ms", int64, low, "5000",
           "Milliseconds that all tasks of a connector together get to stop before they are "
           "abandoned."},
          {"offset.flush.interval.ms", int64, low, "60000",
           "Milliseconds between two commits of a source task's offsets."},
          {"offset.flush.timeout.ms", int64, low, "5000",
           "Milliseconds that a commit of source offsets may take before it is put off to the next "
           "one."},
          {"plugin.path", list, low, null,
           "Folders and files that plugins are loaded from, separated by commas.",
           Validator::list({.null_allowed = true})},
          {"plugin.discovery", string, low, "hybrid_warn",
           "How plugins are found; the native worker reads each library's own list in every mode.",
           Validator::one_of_ignoring_case(
               {"ONLY_SCAN", "SERVICE_LOAD", "HYBRID_WARN", "HYBRID_FAIL"})},
          {"metrics.sample.window.ms", int64, low, "30000",
           "Milliseconds that one sample of a rate or average covers.", Validator::at_least(0)},
          {"metrics.num.samples", int32, low, "2", "Samples that a rate or average is made of.",
           Validator::at_least(1)},
          {"metrics.recording.level", string, low, "INFO",
           "Most detailed level of metrics that are recorded.",
           Validator::one_of({"INFO", "DEBUG"})},
          {"metric.reporters", list, low, "org.apache.kafka.common.metrics.JmxReporter",
           "Java classes that metrics are handed to; accepted, and without effect in a native "
           "worker.",
           Validator::list({.empty_allowed = true})},
          {"header.converter", class_name, low,
           "org.apache.kafka.connect.storage.SimpleHeaderConverter",
           "Converter between header values and their bytes in Kafka, for connectors that name "
           "none."},
          {"header.converter.plugin.version", string, low, null,
           "Version, or range of versions, of the header converter."},
          {"config.providers", list, low, "",
           "Names of the providers that ${name:...} values in configurations are looked up with.",
           Validator::list({.empty_allowed = true})},
          {"connector.client.config.override.policy", string, medium, "All",
           "Class or alias of the policy that says which Kafka client settings a connector may "
           "override."},
          {"topic.creation.enable", boolean, low, "true",
           "Whether source connectors that have topic.creation settings get missing topics "
           "created."},
      });
}

}  // namespace millrace::config

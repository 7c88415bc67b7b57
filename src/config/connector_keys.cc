#include "config/connector_keys.h"

namespace millrace::config {

void common_connector_keys(ConfigDef& def, const KeyAdjustment& adjust) {
  using enum ConfigType;
  using enum Width;
  define_keys(
      def,
      {
          {"name", string, Importance::high, no_default, "Common", 1, medium, "Connector name",
           "Name of the connector, new within the cluster.",
           Validator::non_empty_string_without_control_characters()},
          {"connector.class", string, Importance::high, no_default, "Common", 2, long_,
           "Connector class", "Class or alias of the connector."},
          {"connector.plugin.version", string, Importance::medium, null, "Common", 3, medium,
           "Connector version", "Version, or range of versions, of the connector.",
           version_range()},
          {"tasks.max", int32, Importance::high, "1", "Common", 4, short_, "Tasks max",
           "Most tasks that the connector's work is split into.", Validator::at_least(1)},
          {"tasks.max.enforce", boolean, Importance::low, "true", "Common", 5, short_,
           "Enforce tasks max",
           "Whether a connector that makes more tasks than tasks.max is failed."},
          {"key.converter", class_name, Importance::low, null, "Common", 6, short_,
           "Key converter class",
           "Converter between record keys and their bytes in Kafka; unset takes the worker's."},
          {"key.converter.plugin.version", string, Importance::low, null, "Common", 7, short_,
           "Key converter version", "Version, or range of versions, of the key converter.",
           version_range()},
          {"value.converter", class_name, Importance::low, null, "Common", 8, short_,
           "Value converter class",
           "Converter between record values and their bytes in Kafka; unset takes the worker's."},
          {"value.converter.plugin.version", string, Importance::low, null, "Common", 9, short_,
           "Value converter version", "Version, or range of versions, of the value converter.",
           version_range()},
          {"header.converter", class_name, Importance::low, null, "Common", 10, short_,
           "Header converter class",
           "Converter between header values and their bytes in Kafka; unset takes the worker's."},
          {"header.converter.plugin.version", string, Importance::low, null, "Common", 11, short_,
           "Header converter version", "Version, or range of versions, of the header converter.",
           version_range()},
          {"transforms", list, Importance::low, "", "Transforms", 12, long_, "Transforms",
           "Names of the transformations that every record passes, in this order.",
           unique_aliases()},
          {"predicates", list, Importance::low, "", "Predicates", 13, long_, "Predicates",
           "Names of the predicates that transformations may depend on.", unique_aliases()},
          {"config.action.reload", string, Importance::low, "restart", "Common", 14, medium,
           "Reload Action",
           "What to do when a value that came from a config provider runs out: restart the "
           "connector or nothing.",
           Validator::one_of({"none", "restart"})},
      },
      adjust);
}

void error_handling_keys(ConfigDef& def, const KeyAdjustment& adjust) {
  using enum ConfigType;
  using enum Width;
  define_keys(
      def,
      {
          {"errors.retry.timeout", int64, Importance::medium, "0", "Error Handling", 1, medium,
           "Retry Timeout for Errors",
           "Milliseconds for which a failed step of a record is tried again, -1 without end."},
          {"errors.retry.delay.max.ms", int64, Importance::medium, "60000", "Error Handling", 2,
           medium, "Maximum Delay Between Retries for Errors",
           "Most milliseconds between two attempts of a failed step."},
          {"errors.tolerance", string, Importance::medium, "none", "Error Handling", 3, short_,
           "Error Tolerance",
           "Whether a record that cannot be processed fails the task (none) or is left out (all).",
           Validator::one_of({"none", "all"})},
          {"errors.log.enable", boolean, Importance::medium, "false", "Error Handling", 4, short_,
           "Log Errors", "Whether records that failed are logged even though the task goes on."},
          {"errors.log.include.messages", boolean, Importance::medium, "false", "Error Handling", 5,
           short_, "Log Error Details",
           "Whether topic, partition, offset and schemas of failed records are logged too."},
      },
      adjust);
}

void sink_keys(ConfigDef& def, const KeyAdjustment& adjust) {
  using enum ConfigType;
  using enum Width;
  define_keys(
      def,
      {
          {"topics", list, Importance::high, "", "Common", 4, long_, "Topics",
           "Topics to read, separated by commas.", Validator::list({.empty_allowed = true})},
          {"topics.regex", string, Importance::high, "", "Common", 4, long_, "Topics regex",
           "Regular expression of the topics to read, instead of a list.", java_regex()},
          {"errors.deadletterqueue.topic.name", string, Importance::medium, "", "Error Handling", 6,
           medium, "Dead Letter Queue Topic Name",
           "Topic that records which failed are written to; empty for none."},
          {"errors.deadletterqueue.topic.replication.factor", int16, Importance::medium, "3",
           "Error Handling", 7, medium, "Dead Letter Queue Topic Replication Factor",
           "Copies of the dead letter topic when it is created."},
          {"errors.deadletterqueue.context.headers.enable", boolean, Importance::medium, "false",
           "Error Handling", 8, medium, "Enable Error Context Headers",
           "Whether dead letters carry headers that tell what happened."},
      },
      adjust);
}

void source_keys(ConfigDef& def, const KeyAdjustment& adjust) {
  using enum ConfigType;
  using enum Width;
  define_keys(
      def,
      {
          {"topic.creation.groups", list, Importance::low, "", "Topic Creation", 1, long_,
           "Topic Creation Groups",
           "Names of groups of topics that are created with settings of their own.",
           unique_aliases()},
          {"exactly.once.support", string, Importance::medium, "requested", "Exactly Once Support",
           2, short_, "Exactly once support",
           "Whether the connector must be able to write each record exactly once.",
           Validator::one_of_ignoring_case({"REQUIRED", "REQUESTED"})},
          {"transaction.boundary", string, Importance::medium, "poll", "Exactly Once Support", 3,
           short_, "Transaction Boundary",
           "What ends a transaction: a poll, an interval, or the connector's own word.",
           Validator::one_of_ignoring_case({"INTERVAL", "POLL", "CONNECTOR"})},
          {"transaction.boundary.interval.ms", int64, Importance::low, null, "Exactly Once Support",
           4, short_, "Transaction boundary interval",
           "Milliseconds between transactions that end by interval; unset takes "
           "offset.flush.interval.ms.",
           null_or_at_least(0)},
          {"offsets.storage.topic", string, Importance::low, null, "offsets.topic", 1, long_,
           "Offsets topic", "Topic for this connector's offsets, instead of the worker's.",
           Validator::non_empty_string()},
      },
      adjust);
}

}  // namespace millrace::config

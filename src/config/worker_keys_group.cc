#include "config/worker_keys.h"

#include <cstdint>
#include <limits>

namespace millrace::config {

void group_keys(ConfigDef& def) {
  using enum ConfigType;
  using enum Importance;
  define_keys(
      def,
      {
          {"group.id", string, high, no_default,
           "Name of the cluster of workers that this one joins."},
          {"session.timeout.ms", int32, high, "10000",
           "Milliseconds without a heartbeat after which the group gives a worker up."},
          {"rebalance.timeout.ms", int32, high, "60000",
           "Milliseconds that a worker has to rejoin once a rebalance has begun."},
          {"heartbeat.interval.ms", int32, high, "3000",
           "Milliseconds between heartbeats to the group's coordinator."},
          {"exactly.once.source.support", string, high, "disabled",
           "Whether source connectors of this cluster can write each record exactly once.",
           Validator::one_of_ignoring_case({"DISABLED", "ENABLED", "PREPARING"})},
          {"metadata.max.age.ms", int64, low, "300000",
           "Milliseconds after which knowledge of the cluster is refreshed.",
           Validator::at_least(0)},
          {"client.id", string, low, "", "Name that brokers log for this worker's requests."},
          {"send.buffer.bytes", int32, medium, "131072",
           "Bytes of the TCP send buffer, -1 for the system's choice.", Validator::at_least(-1)},
          {"receive.buffer.bytes", int32, medium, "32768",
           "Bytes of the TCP receive buffer, -1 for the system's choice.", Validator::at_least(-1)},
          {"reconnect.backoff.ms", int64, low, "50",
           "Milliseconds before the first new attempt to reach a broker that was lost.",
           Validator::at_least(0)},
          {"reconnect.backoff.max.ms", int64, low, "1000",
           "Most milliseconds between attempts to reach a broker.", Validator::at_least(0)},
          {"socket.connection.setup.timeout.ms", int64, low, "10000",
           "Milliseconds that the first attempt to open a connection may take.",
           Validator::at_least(0)},
          {"socket.connection.setup.timeout.max.ms", int64, low, "30000",
           "Most milliseconds that an attempt to open a connection may take.",
           Validator::at_least(0)},
          {"retry.backoff.ms", int64, low, "100",
           "Milliseconds before a failed request is tried again.", Validator::at_least(0)},
          {"retry.backoff.max.ms", int64, low, "1000",
           "Most milliseconds between attempts of one request.", Validator::at_least(0)},
          {"request.timeout.ms", int32, medium, "40000",
           "Milliseconds that a broker has to answer a request.", Validator::at_least(0)},
          {"connections.max.idle.ms", int64, medium, "540000",
           "Milliseconds after which an unused connection is closed."},
          {"security.protocol", string, medium, "PLAINTEXT",
           "How brokers are spoken to: in the clear or with TLS, with or without SASL.",
           Validator::one_of_ignoring_case({"SASL_SSL", "PLAINTEXT", "SSL", "SASL_PLAINTEXT"})},
          {"worker.sync.timeout.ms", int32, medium, "3000",
           "Milliseconds to catch up with the config topic before the worker leaves the group for "
           "a "
           "while."},
          {"worker.unsync.backoff.ms", int32, medium, "300000",
           "Milliseconds that a worker stays out of the group when it could not catch up."},
          {"connect.protocol", string, low, "sessioned",
           "Oldest kind of group protocol that this worker takes part in.",
           Validator::one_of_ignoring_case({"eager", "compatible", "sessioned"})},
          {"scheduled.rebalance.max.delay.ms", int32, low, "300000",
           "Most milliseconds that work of a lost worker waits for its return.",
           Validator::between(0, std::numeric_limits<std::int32_t>::max())},
          {"inter.worker.key.ttl.ms", int32, low, "3600000",
           "Milliseconds after which the key that signs requests between workers is replaced.",
           Validator::between(0, std::numeric_limits<std::int32_t>::max())},
          {"inter.worker.key.generation.algorithm", string, low, "HmacSHA256",
           "Algorithm that makes the key for requests between workers.", mac_algorithm()},
          {"inter.worker.key.size", int32, low, null,
           "Bits of the key for requests between workers; unset takes the algorithm's own size."},
          {"inter.worker.signature.algorithm", string, low, "HmacSHA256",
           "Algorithm that signs requests to other workers.", mac_algorithm()},
          {"inter.worker.verification.algorithms", list, low, "HmacSHA256",
           "Algorithms accepted in requests from other workers.", mac_algorithms()},
          {"metadata.recovery.strategy", string, low, "rebootstrap",
           "What to do when no known broker answers any more.",
           Validator::one_of_ignoring_case({"REBOOTSTRAP", "NONE"})},
          {"metadata.recovery.rebootstrap.trigger.ms", int64, low, "300000",
           "Milliseconds without knowledge of the cluster after which it is sought through "
           "bootstrap.servers again.",
           Validator::at_least(0)},
      });
}

}  // namespace millrace::config

#include "config/kafka_client_def.h"

#include "config/worker_config.h"
#include "config/worker_keys.h"

#include <array>

namespace millrace::config {

namespace {

// Which clients have a setting.
constexpr unsigned producer = 1;
constexpr unsigned consumer = 2;
constexpr unsigned admin = 4;
constexpr unsigned all = producer | consumer | admin;

struct ClientKey {
  WorkerKey key;
  unsigned clients;
};

/// The settings of clients but for the families ssl.* and sasl.*, which the worker has, too.
const std::vector<ClientKey>& table() {
  using enum ConfigType;
  using enum Importance;
  static const std::vector<ClientKey> keys = {
      {{"acks", string, low, "all",
        "How many copies of a partition must have a record before it counts as sent."},
       producer},
      {{"allow.auto.create.topics", boolean, medium, "true",
        "Whether a subscription lets brokers create the topic."},
       consumer},
      {{"auto.commit.interval.ms", int32, low, "5000",
        "Milliseconds between commits that the consumer does by itself."},
       consumer},
      {{"auto.offset.reset", string, medium, "latest",
        "Where to start reading when nothing has been committed."},
       consumer},
      {{"batch.size", int32, medium, "16384",
        "Bytes up to which records of one partition are sent together."},
       producer},
      {{"bootstrap.controllers", list, high, "", "Controllers to ask instead of brokers."}, admin},
      {{"bootstrap.servers", list, high, "", "Brokers that are asked first, as host:port."}, admin},
      {{"bootstrap.servers", list, high, no_default, "Brokers that are asked first, as host:port."},
       producer | consumer},
      {{"buffer.memory", int64, high, "33554432", "Bytes of records that may wait to be sent."},
       producer},
      {{"check.crcs", boolean, low, "true",
        "Whether the checksums of fetched records are verified."},
       consumer},
      {{"client.dns.lookup", string, medium, "use_all_dns_ips",
        "How the addresses behind a broker's name are used."},
       all},
      {{"client.id", string, low, "", "Name that brokers log for this client's requests."},
       consumer},
      {{"client.id", string, medium, "", "Name that brokers log for this client's requests."},
       producer | admin},
      {{"client.rack", string, low, "", "Rack of this client, so that a near copy can be read."},
       consumer},
      {{"compression.gzip.level", int32, medium, "-1", "Effort of gzip."}, producer},
      {{"compression.lz4.level", int32, medium, "9", "Effort of lz4."}, producer},
      {{"compression.type", string, high, "none", "How batches are compressed."}, producer},
      {{"compression.zstd.level", int32, medium, "3", "Effort of zstd."}, producer},
      {{"config.providers", list, low, "", "Names of providers that values may come from."}, all},
      {{"connections.max.idle.ms", int64, medium, "300000",
        "Milliseconds after which an unused connection is closed."},
       admin},
      {{"connections.max.idle.ms", int64, medium, "540000",
        "Milliseconds after which an unused connection is closed."},
       producer | consumer},
      {{"default.api.timeout.ms", int32, medium, "60000",
        "Milliseconds that a call may take when it has no limit of its own."},
       consumer | admin},
      {{"delivery.timeout.ms", int32, medium, "120000",
        "Milliseconds within which a record must have been delivered, retries included."},
       producer},
      {{"enable.auto.commit", boolean, medium, "true", "Whether the consumer commits by itself."},
       consumer},
      {{"enable.idempotence", boolean, low, "true",
        "Whether brokers drop what a retry sends twice."},
       producer},
      {{"enable.metrics.push", boolean, low, "false",
        "Whether the client's metrics are sent to brokers that ask for them."},
       admin},
      {{"enable.metrics.push", boolean, low, "true",
        "Whether the client's metrics are sent to brokers that ask for them."},
       producer | consumer},
      {{"exclude.internal.topics", boolean, medium, "true",
        "Whether patterns leave out Kafka's internal topics."},
       consumer},
      {{"fetch.max.bytes", int32, medium, "52428800", "Most bytes of one answer to a fetch."},
       consumer},
      {{"fetch.max.wait.ms", int32, low, "500",
        "Milliseconds that a broker may wait for fetch.min.bytes."},
       consumer},
      {{"fetch.min.bytes", int32, high, "1",
        "Bytes that a broker collects before it answers a fetch."},
       consumer},
      {{"group.id", string, high, null, "Name of the consumer group."}, consumer},
      {{"group.instance.id", string, medium, null,
        "Name of this member, to stay one member across restarts."},
       consumer},
      {{"group.protocol", string, high, "classic",
        "Which group protocol is spoken: classic or consumer."},
       consumer},
      {{"group.remote.assignor", string, medium, null,
        "Assignor that the broker shall use, with group.protocol=consumer."},
       consumer},
      {{"heartbeat.interval.ms", int32, high, "3000",
        "Milliseconds between heartbeats to the group's coordinator."},
       consumer},
      {{"interceptor.classes", list, low, "", "Classes that see every record on its way."},
       producer | consumer},
      {{"isolation.level", string, medium, "read_uncommitted",
        "Whether records of open or aborted transactions are read."},
       consumer},
      {{"key.deserializer", class_name, high, no_default,
        "Class that reads keys; Kafka Connect reads bytes."},
       consumer},
      {{"key.serializer", class_name, high, no_default,
        "Class that writes keys; Kafka Connect writes bytes."},
       producer},
      {{"linger.ms", int64, medium, "5",
        "Milliseconds to wait for more records before a batch is sent."},
       producer},
      {{"max.block.ms", int64, medium, "60000",
        "Milliseconds that a send may wait for memory or metadata."},
       producer},
      {{"max.in.flight.requests.per.connection", int32, low, "5",
        "Requests to one broker that may be unanswered at once."},
       producer},
      {{"max.partition.fetch.bytes", int32, high, "1048576",
        "Most bytes of one partition in the answer to a fetch."},
       consumer},
      {{"max.poll.interval.ms", int32, medium, "300000",
        "Milliseconds between two polls after which a member counts as stuck."},
       consumer},
      {{"max.poll.records", int32, medium, "500", "Most records that one poll returns."}, consumer},
      {{"max.request.size", int32, medium, "1048576",
        "Most bytes of one request, and of one record."},
       producer},
      {{"metadata.max.age.ms", int64, low, "300000",
        "Milliseconds after which knowledge of the cluster is refreshed."},
       all},
      {{"metadata.max.idle.ms", int64, low, "300000",
        "Milliseconds after which an unused topic's metadata is forgotten."},
       producer},
      {{"metadata.recovery.rebootstrap.trigger.ms", int64, low, "300000",
        "Milliseconds without metadata after which the first brokers are asked again."},
       all},
      {{"metadata.recovery.strategy", string, low, "rebootstrap",
        "What to do when no known broker can be reached."},
       all},
      {{"metric.reporters", list, low, "org.apache.kafka.common.metrics.JmxReporter",
        "Classes that are given the client's metrics."},
       all},
      {{"metrics.num.samples", int32, low, "2", "Samples that a metric is computed over."}, all},
      {{"metrics.recording.level", string, low, "INFO", "Which metrics are recorded."}, all},
      {{"metrics.sample.window.ms", int64, low, "30000", "Milliseconds that a sample spans."}, all},
      {{"partition.assignment.strategy", list, medium,
        "class org.apache.kafka.clients.consumer.RangeAssignor,class "
        "org.apache.kafka.clients.consumer.CooperativeStickyAssignor",
        "How a group's partitions are dealt out to its members."},
       consumer},
      {{"partitioner.adaptive.partitioning.enable", boolean, low, "true",
        "Whether slow brokers get fewer of the records without a key."},
       producer},
      {{"partitioner.availability.timeout.ms", int64, low, "0",
        "Milliseconds after which a partition that takes nothing is avoided; 0 never."},
       producer},
      {{"partitioner.class", class_name, medium, null, "Class that chooses a record's partition."},
       producer},
      {{"partitioner.ignore.keys", boolean, medium, "false",
        "Whether keys have no say in the choice of a partition."},
       producer},
      {{"receive.buffer.bytes", int32, medium, "32768",
        "Bytes of the TCP receive buffer, -1 for the system's choice."},
       producer},
      {{"receive.buffer.bytes", int32, medium, "65536",
        "Bytes of the TCP receive buffer, -1 for the system's choice."},
       consumer | admin},
      {{"reconnect.backoff.max.ms", int64, low, "1000",
        "Most milliseconds between attempts to reach a broker."},
       all},
      {{"reconnect.backoff.ms", int64, low, "50",
        "Milliseconds before the first new attempt to reach a broker that was lost."},
       all},
      {{"request.timeout.ms", int32, medium, "30000",
        "Milliseconds that a broker has to answer a request."},
       all},
      {{"retries", int32, high, "2147483647", "How often a failed request is repeated."}, producer},
      {{"retries", int32, low, "2147483647", "How often a failed request is repeated."}, admin},
      {{"retry.backoff.max.ms", int64, low, "1000",
        "Most milliseconds between attempts of one request."},
       all},
      {{"retry.backoff.ms", int64, low, "100",
        "Milliseconds before a failed request is tried again."},
       all},
      {{"security.protocol", string, medium, "PLAINTEXT",
        "How brokers are spoken to: in the clear or with TLS, with or without SASL."},
       all},
      {{"security.providers", string, low, null, "Classes that add Java security providers."}, all},
      {{"send.buffer.bytes", int32, medium, "131072",
        "Bytes of the TCP send buffer, -1 for the system's choice."},
       all},
      {{"session.timeout.ms", int32, high, "45000",
        "Milliseconds without a heartbeat after which the group gives a member up."},
       consumer},
      {{"share.acknowledgement.mode", string, medium, "implicit",
        "How records of a share group are acknowledged."},
       consumer},
      {{"share.acquire.mode", string, medium, "BATCH_OPTIMIZED",
        "How records of a share group are acquired."},
       consumer},
      {{"socket.connection.setup.timeout.max.ms", int64, medium, "30000",
        "Most milliseconds that an attempt to open a connection may take."},
       all},
      {{"socket.connection.setup.timeout.ms", int64, medium, "10000",
        "Milliseconds that the first attempt to open a connection may take."},
       all},
      {{"transaction.timeout.ms", int32, low, "60000",
        "Milliseconds after which a broker aborts an open transaction."},
       producer},
      {{"transaction.two.phase.commit.enable", boolean, low, "false",
        "Whether transactions take part in a two-phase commit."},
       producer},
      {{"transactional.id", string, low, null,
        "Name of the producer that its transactions are found by."},
       producer},
      {{"value.deserializer", class_name, high, no_default,
        "Class that reads values; Kafka Connect reads bytes."},
       consumer},
      {{"value.serializer", class_name, high, no_default,
        "Class that writes values; Kafka Connect writes bytes."},
       producer},
  };
  return keys;
}

ConfigDef make(unsigned client) {
  ConfigDef def;
  for (const ClientKey& one : table()) {
    if ((one.clients & client) != 0) define_keys(def, {one.key});
  }
  for (const ConfigKey& key : distributed_config_def().keys()) {
    const bool shared = key.name.starts_with("ssl.") || key.name.starts_with("sasl.");
    if (!shared || key.name == "ssl.client.auth") continue;
    ConfigKey copy = key;
    copy.validator = {};
    def.define(std::move(copy));
  }
  return def;
}

}  // namespace

const ConfigDef& kafka_client_def(ClientKind client) {
  static const std::array<ConfigDef, 3> defs = {make(producer), make(consumer), make(admin)};
  return defs[static_cast<std::size_t>(client)];
}

}  // namespace millrace::config

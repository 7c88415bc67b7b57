#include "kafka/settings_table.h"

namespace millrace::kafka {

namespace {

constexpr unsigned P = static_cast<unsigned>(ClientKind::producer);
constexpr unsigned C = static_cast<unsigned>(ClientKind::consumer);
constexpr unsigned A = static_cast<unsigned>(ClientKind::admin);
constexpr unsigned all = P | C | A;
using enum Treatment;

// What differs from Java by default is in the column `standard`.
constexpr Rule table[] = {
    {"bootstrap.servers", all, own},
    {"client.id", all, text},
    {"client.rack", all, text},
    {"group.id", C, text},
    {"group.instance.id", C, text},

    // Producers
    {"transactional.id", P, text},
    {"transaction.timeout.ms", P, whole, {}, {}, 1000, 2147483647},
    {"transaction.two.phase.commit.enable", P, own},
    {"acks", P, own},
    {"enable.idempotence", P, flag, {}, "true"},
    {"compression.type", P, word},
    {"compression.gzip.level", P, own},
    {"compression.lz4.level", P, own},
    {"compression.zstd.level", P, own},
    {"max.in.flight.requests.per.connection", P, whole, {}, "5", 1, 1000000},
    {"delivery.timeout.ms", P, whole, "message.timeout.ms", "120000", 0, 2147483647},
    {"max.block.ms", P, own},
    {"linger.ms", P, whole, {}, {}, 0, 900000},
    {"batch.size", P, whole, {}, {}, 1, 2147483647},
    {"buffer.memory", P, own},
    {"max.request.size", P, whole, "message.max.bytes", "1048576", 1000, 1000000000},
    {"partitioner.class", P, own},
    {"partitioner.ignore.keys", P, own},
    {"partitioner.*", P, ignore},

    // Consumers
    {"default.api.timeout.ms", C | A, own},
    {"max.poll.records", C, own},
    {"auto.offset.reset", C, own},
    {"isolation.level", C, word, {}, "read_uncommitted"},  // librdkafka's own is read_committed
    {"enable.auto.commit", C, flag, {}, "true"},
    {"auto.commit.interval.ms", C, whole, {}, {}, 0, 86400000},
    {"max.poll.interval.ms", C, whole, {}, "300000", 1, 86400000},
    {"session.timeout.ms", C, whole, {}, "45000", 1, 3600000},
    {"heartbeat.interval.ms", C, whole, {}, {}, 1, 3600000},
    {"partition.assignment.strategy", C, own},
    {"group.protocol", C, own},
    {"group.remote.assignor", C, text, {}, {}, 0, 0, 0x020400},
    {"fetch.max.wait.ms", C, whole, "fetch.wait.max.ms", {}, 0, 300000},
    {"fetch.min.bytes", C, whole, {}, {}, 1, 100000000},
    {"fetch.max.bytes", C, whole, {}, {}, 0, 2147483135},
    {"max.partition.fetch.bytes", C, whole, {}, {}, 1, 1000000000},
    {"check.crcs", C, flag, {}, "true"},
    {"allow.auto.create.topics", C, flag, {}, "true"},
    {"exclude.internal.topics", C, ignore},
    {"share.*", C, ignore},

    // Every client
    {"request.timeout.ms", all, whole, "socket.timeout.ms", "30000", 10, 300000},
    {"retries", P, whole, {}, {}, 0, 2147483647},
    {"retries", C | A, ignore},
    {"retry.backoff.ms", P, whole, {}, {}, 1, 300000},
    {"retry.backoff.ms", C | A, whole, {}, {}, 1, 300000, 0x020300},
    {"retry.backoff.max.ms", all, whole, {}, {}, 1, 300000, 0x020300},
    {"metadata.max.age.ms", all, whole, "topic.metadata.refresh.interval.ms", {}, 1, 3600000},
    {"connections.max.idle.ms", all, whole, {}, {}, 0, 2147483647},
    {"send.buffer.bytes", all, whole, "socket.send.buffer.bytes", {}, 0, 100000000},
    {"receive.buffer.bytes", all, whole, "socket.receive.buffer.bytes", {}, 0, 100000000},
    {"reconnect.backoff.ms", all, whole, {}, "50", 0, 3600000},
    {"reconnect.backoff.max.ms", all, whole, {}, "1000", 0, 3600000},
    {"socket.connection.setup.timeout.ms", all, whole, {}, "10000", 1000, 2147483647},
    {"socket.connection.setup.timeout.max.ms", all, ignore},
    {"client.dns.lookup", all, text, {}, {}, 0, 0, 0x020200},
    {"enable.metrics.push", all, flag, {}, {}, 0, 0, 0x020500},
    {"metadata.recovery.strategy", all, word, {}, {}, 0, 0, 0x020b00},
    {"metadata.recovery.rebootstrap.trigger.ms", all, whole, {}, {}, 0, 2147483647, 0x020b00},
    {"metadata.recovery.*", all, ignore},
    {"metadata.max.idle.ms", P, ignore},
    {"metric.reporters", all, ignore},
    {"metrics.*", all, ignore},
    {"key.serializer", P, ignore},
    {"value.serializer", P, ignore},
    {"key.deserializer", C, ignore},
    {"value.deserializer", C, ignore},
    {"security.providers", all, ignore},
    {"internal.*", all, ignore},
    {"auto.include.jmx.reporter", all, ignore},
    {"interceptor.classes",
     P | C,
     reject,
     {},
     {},
     0,
     0,
     0,
     "classes for Java's clients cannot run here"},
    {"bootstrap.controllers", A, reject, {}, {}, 0, 0, 0, "only bootstrap.servers is supported"},

    // Security
    {"security.protocol", all, word},
    {"ssl.engine.factory.class",
     all,
     reject,
     {},
     {},
     0,
     0,
     0,
     "classes for Java's clients cannot run here"},
    {"ssl.protocol", all, warn},
    {"ssl.enabled.protocols", all, warn},
    {"ssl.provider", all, warn},
    {"ssl.keymanager.algorithm", all, warn},
    {"ssl.trustmanager.algorithm", all, warn},
    {"ssl.secure.random.implementation", all, warn},
    {"ssl.*", all, own},
    {"sasl.mechanism", all, own},
    {"sasl.jaas.config", all, own},
    {"sasl.kerberos.service.name", all, text},
    {"sasl.kerberos.min.time.before.relogin", all, whole, {}, {}, 0, 86400000},
    {"sasl.kerberos.*", all, ignore},
    {"sasl.login.callback.handler.class", all, own},
    {"sasl.client.callback.handler.class",
     all,
     reject,
     {},
     {},
     0,
     0,
     0,
     "classes for Java's clients cannot run here"},
    {"sasl.login.class",
     all,
     reject,
     {},
     {},
     0,
     0,
     0,
     "classes for Java's clients cannot run here"},
    {"sasl.login.*", all, ignore},
    {"sasl.oauthbearer.*", all, own},
};

bool matches(std::string_view pattern, std::string_view name) {
  if (!pattern.ends_with('*')) return pattern == name;
  return name.starts_with(pattern.substr(0, pattern.size() - 1));
}

}  // namespace

std::span<const Rule> settings_table() { return table; }

const Rule* find_rule(ClientKind kind, std::string_view java) {
  for (const Rule& rule : table) {
    if ((rule.clients & static_cast<unsigned>(kind)) != 0 && matches(rule.java, java)) return &rule;
  }
  return nullptr;
}

}  // namespace millrace::kafka

#include "kafka/rd_client.h"

#include "kafka/fetch_wake.h"
#include "kafka/oauth.h"
#include "kafka/rd_log.h"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>

namespace millrace::kafka {

namespace {

struct ConfDeleter {
  void operator()(rd_kafka_conf_t* conf) const { rd_kafka_conf_destroy(conf); }
};

Result<void> set(rd_kafka_conf_t* conf, ClientKind kind, const std::string& name,
                 const std::string& value) {
  std::array<char, 512> problem{};
  if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), problem.data(), problem.size()) ==
      RD_KAFKA_CONF_OK) {
    return {};
  }
  // librdkafka's text may hold the value.
  const bool secret = is_secret(name) || name == "ssl.ca.pem";
  return Error{ErrorCode::invalid_config,
               fmt::format("{} setting for librdkafka '{}'{}: {}", to_string(kind), name,
                           secret ? "" : " = '" + value + "'",
                           secret ? "the value is refused" : problem.data())};
}

}  // namespace

Result<Handle> make_handle(ClientKind kind, NativeSettings& settings, void* opaque,
                           const std::function<void(rd_kafka_conf_s*)>& prepare) {
  std::unique_ptr<rd_kafka_conf_t, ConfDeleter> conf(rd_kafka_conf_new());
  for (const auto& [name, value] : settings.properties)
    MILLRACE_TRY(set(conf.get(), kind, name, value));
  for (const auto& [name, value] : settings.tls.properties) {
    MILLRACE_TRY(set(conf.get(), kind, name, value));
  }
  rd_kafka_conf_set_opaque(conf.get(), opaque);
  rd_kafka_conf_set_log_cb(conf.get(), &log_from_client);
  prepare(conf.get());
  std::shared_ptr<TokenSource> tokens;
  if (settings.oauth) {
    tokens = std::make_shared<TokenSource>(*settings.oauth);
    prepare_tokens(conf.get());
  }
  std::array<char, 512> problem{};
  rd_kafka_t* made =
      rd_kafka_new(kind == ClientKind::consumer ? RD_KAFKA_CONSUMER : RD_KAFKA_PRODUCER, conf.get(),
                   problem.data(), problem.size());
  settings.tls.chain_file = PrivateFile();  // read by now
  if (made == nullptr) {
    return Error{ErrorCode::invalid_config,
                 fmt::format("cannot make a Kafka {}: {}", to_string(kind), problem.data())};
  }
  static_cast<void>(conf.release());  // taken over
  Handle handle(made, [tokens](rd_kafka_t* client) {
    if (tokens) tokens->stop();
    rd_kafka_destroy(client);
  });
  if (tokens) tokens->serve(made);
  return handle;
}

void apply_share(ClientKind kind, NativeSettings& settings, std::int64_t bytes) {
  const auto set_default = [&settings](std::string_view name, std::int64_t value) {
    if (settings.find(name) == nullptr) settings.set(name, std::to_string(value));
  };
  if (kind == ClientKind::producer) {
    if (settings.has_buffer_memory) return;
    // librdkafka counts keys and values only; each record costs it some 250 bytes beside them. The
    // largest record that may be sent must fit, or it would wait for ever.
    const auto largest = static_cast<std::int64_t>(settings.max_request_bytes);
    set_default("queue.buffering.max.kbytes", std::max(bytes / 2, largest) / 1024 + 1);
    set_default("queue.buffering.max.messages", std::max<std::int64_t>(bytes / 2 / 256, 100));
    return;
  }
  if (kind != ClientKind::consumer) return;
  // A fetch is asked for while fewer messages, and fewer bytes, wait than these two say. Each
  // message costs librdkafka some 350 bytes beside its content, and the answers of a fetch come on
  // top of what waits.
  const std::int64_t fetch = std::clamp<std::int64_t>(bytes / 8, 16 << 10, 1 << 20);
  set_default("queued.max.messages.kbytes", std::max<std::int64_t>(bytes / 4 / 1024, 1));
  set_default("queued.min.messages", std::max<std::int64_t>(bytes / 4 / 350, 50));
  set_fetch_pause(settings);
  if (!settings.has_fetch_sizes) {
    settings.set("fetch.max.bytes", std::to_string(fetch));
    if (fetch < 1'000'000) settings.set("message.max.bytes", std::to_string(fetch));
    set_default("max.partition.fetch.bytes", fetch);
  }
}

int timeout_until(std::chrono::steady_clock::time_point deadline) {
  const auto left = deadline - std::chrono::steady_clock::now();
  const auto count = std::chrono::ceil<std::chrono::milliseconds>(left).count();
  return static_cast<int>(std::clamp<std::int64_t>(count, 0, 3'600'000));
}

bool is_retriable(int code) {
  switch (static_cast<rd_kafka_resp_err_t>(code)) {
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE:
    case RD_KAFKA_RESP_ERR__WAIT_COORD:
    case RD_KAFKA_RESP_ERR__WAIT_CACHE:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__RESOLVE:
    case RD_KAFKA_RESP_ERR__IN_PROGRESS:
    case RD_KAFKA_RESP_ERR__PREV_IN_PROGRESS:
    case RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS:
    case RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NOT_COORDINATOR:
    case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
    case RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION:
    case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION:
    case RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT:
    case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS:
    case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND:
    case RD_KAFKA_RESP_ERR_NOT_CONTROLLER:
    case RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH:
    case RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH:
    case RD_KAFKA_RESP_ERR_THROTTLING_QUOTA_EXCEEDED: return true;
    default: return false;
  }
}

std::string_view java_class_of_code(int code) {
#define KAFKA_ERROR(name) "org.apache.kafka.common.errors." name
  switch (static_cast<rd_kafka_resp_err_t>(code)) {
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
      return KAFKA_ERROR("TopicAuthorizationException");
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
      return KAFKA_ERROR("GroupAuthorizationException");
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
      return KAFKA_ERROR("ClusterAuthorizationException");
    case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
      return KAFKA_ERROR("TransactionalIdAuthorizationException");
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
      return KAFKA_ERROR("SaslAuthenticationException");
    case RD_KAFKA_RESP_ERR__SSL: return KAFKA_ERROR("SslAuthenticationException");
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE: return KAFKA_ERROR("RecordTooLargeException");
    case RD_KAFKA_RESP_ERR__BAD_MSG:
    case RD_KAFKA_RESP_ERR_INVALID_MSG: return KAFKA_ERROR("CorruptRecordException");
    case RD_KAFKA_RESP_ERR_INVALID_RECORD: return KAFKA_ERROR("InvalidRecordException");
    case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP: return KAFKA_ERROR("InvalidTimestampException");
    case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION: return KAFKA_ERROR("InvalidTopicException");
    case RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS: return KAFKA_ERROR("TopicExistsException");
    case RD_KAFKA_RESP_ERR_POLICY_VIOLATION: return KAFKA_ERROR("PolicyViolationException");
    case RD_KAFKA_RESP_ERR_INVALID_CONFIG: return KAFKA_ERROR("InvalidConfigurationException");
    case RD_KAFKA_RESP_ERR_INVALID_PARTITIONS: return KAFKA_ERROR("InvalidPartitionsException");
    case RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR:
      return KAFKA_ERROR("InvalidReplicationFactorException");
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION:
    case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE: return KAFKA_ERROR("UnsupportedVersionException");
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      return KAFKA_ERROR("UnknownTopicOrPartitionException");
    case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT: return KAFKA_ERROR("TimeoutException");
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN: return KAFKA_ERROR("DisconnectException");
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR__NO_OFFSET:
      return "org.apache.kafka.clients.consumer.NoOffsetForPartitionException";
    case RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION:
    case RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID:
      return "org.apache.kafka.clients.consumer.CommitFailedException";
    case RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS:
      return KAFKA_ERROR("RebalanceInProgressException");
    case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID:
    case RD_KAFKA_RESP_ERR__FENCED: return KAFKA_ERROR("FencedInstanceIdException");
    default: return "org.apache.kafka.common.KafkaException";
  }
#undef KAFKA_ERROR
}

Error error_from(int code, std::string_view what, std::string_view detail) {
  const auto native = static_cast<rd_kafka_resp_err_t>(code);
  std::string text =
      fmt::format("{}: {} ({})", what, rd_kafka_err2str(native), rd_kafka_err2name(native));
  if (!detail.empty() && detail != rd_kafka_err2str(native)) text += fmt::format(": {}", detail);
  const ErrorCode next = is_retriable(code)                                 ? ErrorCode::retriable
                         : native == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS ? ErrorCode::conflict
                                                                            : ErrorCode::fatal;
  return Error{next, java_class_of_code(code), std::move(text)};
}

void ListDeleter::operator()(rd_kafka_topic_partition_list_s* list) const {
  rd_kafka_topic_partition_list_destroy(list);
}

PartitionList to_list(const PartitionSet& partitions) {
  PartitionList list(rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size())));
  for (const TopicPartition& one : partitions) {
    rd_kafka_topic_partition_list_add(list.get(), one.topic.c_str(), one.partition);
  }
  return list;
}

PartitionList to_list(const PartitionOffsets& offsets) {
  PartitionList list(rd_kafka_topic_partition_list_new(static_cast<int>(offsets.size())));
  for (const auto& [partition, offset] : offsets) {
    rd_kafka_topic_partition_list_add(list.get(), partition.topic.c_str(), partition.partition)
        ->offset = offset;
  }
  return list;
}

}  // namespace millrace::kafka

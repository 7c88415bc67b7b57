#include "kafka/embedded.h"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

namespace millrace::kafka {

Result<std::shared_ptr<Embedded>> Embedded::start() {
  NativeSettings settings;
  settings.set("client.id", "embedded-broker");
  settings.set("log_level", "4");  // it says that it has no brokers to connect to
  Result<Handle> client =
      make_handle(ClientKind::producer, settings, nullptr, [](rd_kafka_conf_t*) {});
  if (!client) return client.error();
  rd_kafka_mock_cluster_t* cluster = rd_kafka_mock_cluster_new(client->get(), 1);
  if (cluster == nullptr) return Error{ErrorCode::fatal, "the embedded broker cannot start"};
  std::shared_ptr<Embedded> self(new Embedded(*client, cluster));
  client_logger().info(
      "The embedded broker listens on {}. It is a demonstration: it keeps about 5 MB for "
      "each partition, in memory, and loses everything at the end",
      self->bootstrap());
  return self;
}

Embedded::Embedded(Handle client, rd_kafka_mock_cluster_s* cluster)
    : client_(std::move(client)),
      cluster_(cluster),
      bootstrap_(rd_kafka_mock_cluster_bootstraps(cluster)) {}

Embedded::~Embedded() { rd_kafka_mock_cluster_destroy(cluster_); }

void Embedded::ensure_topic(const std::string& name) {
  static_cast<void>(rd_kafka_mock_topic_create(cluster_, name.c_str(), 1, 1));
}

Result<void> Embedded::create_topic(const std::string& name, int partitions) {
  const rd_kafka_resp_err_t err = rd_kafka_mock_topic_create(cluster_, name.c_str(), partitions, 1);
  if (err == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  return error_from(err, fmt::format("cannot create topic '{}'", name));
}

}  // namespace millrace::kafka

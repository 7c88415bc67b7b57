#include "worker/client_settings.h"

#include <gtest/gtest.h>

namespace millrace::worker {
namespace {

const ConfigMap worker = {{"bootstrap.servers", "a:1"},         {"security.protocol", "SSL"},
                          {"key.converter", "StringConverter"}, {"producer.linger.ms", "7"},
                          {"consumer.max.poll.records", "9"},   {"admin.retries", "2"}};
const TaskId task = {"orders", 3};

TEST(ClientSettings, OfASourcesProducer) {
  const ConfigMap settings = source_producer_settings(
      worker, {{"producer.override.acks", "1"}, {"consumer.override.acks", "0"}}, task, false);
  EXPECT_EQ(settings, (ConfigMap{{"bootstrap.servers", "a:1"},
                                 {"max.block.ms", "9223372036854775807"},
                                 {"enable.idempotence", "true"},
                                 {"acks", "1"},
                                 {"max.in.flight.requests.per.connection", "5"},
                                 {"delivery.timeout.ms", "2147483647"},
                                 {"client.id", "connector-producer-orders-3"},
                                 {"linger.ms", "7"}}));
}

TEST(ClientSettings, WithoutIdempotenceOneRequestIsInFlight) {
  const auto in_flight = [](const ConfigMap& settings) {
    return settings.get_or("enable.idempotence", "") + "/" +
           settings.get_or("max.in.flight.requests.per.connection", "");
  };
  EXPECT_EQ(in_flight(source_producer_settings(worker, {}, task, true)), "false/1");
  EXPECT_EQ(in_flight(source_producer_settings({{"producer.enable.idempotence", "false"}}, {}, task,
                                               false)),
            "false/1");
  EXPECT_EQ(in_flight(source_producer_settings(
                worker,
                {{"producer.override.enable.idempotence", "false"},
                 {"producer.override.max.in.flight.requests.per.connection", "4"}},
                task, false)),
            "false/4");
}

TEST(ClientSettings, OfASinksConsumer) {
  const ConfigMap settings =
      sink_consumer_settings(worker, {{"consumer.override.auto.offset.reset", "latest"}}, task);
  EXPECT_EQ(settings, (ConfigMap{{"bootstrap.servers", "a:1"},
                                 {"group.id", "connect-orders"},
                                 {"client.id", "connector-consumer-orders-3"},
                                 {"enable.auto.commit", "false"},
                                 {"auto.offset.reset", "latest"},
                                 {"max.poll.records", "9"}}));
}

// T64: only admin clients take over the worker's own security settings.
TEST(ClientSettings, OnlyAdminClientsTakeTheWorkersUnprefixedKeys) {
  const ConfigMap admin = task_admin_settings(worker, {{"admin.override.retries", "3"}}, task);
  EXPECT_EQ(admin, (ConfigMap{{"bootstrap.servers", "a:1"},
                              {"security.protocol", "SSL"},
                              {"retries", "3"},
                              {"client.id", "connector-adminclient-orders-3"}}));
  EXPECT_FALSE(source_producer_settings(worker, {}, task, false).contains("security.protocol"));
  EXPECT_FALSE(sink_consumer_settings(worker, {}, task).contains("security.protocol"));
}

}  // namespace
}  // namespace millrace::worker

#include "worker/client_settings.h"

#include <string>
#include <string_view>

namespace millrace::worker {

namespace {

void lay_over(ConfigMap& settings, const ConfigMap& layer) {
  for (const auto& [key, value] : layer) settings.set(key, value);
}

std::string client_id(std::string_view kind, const TaskId& task) {
  return "connector-" + std::string(kind) + "-" + task.to_string();
}

/// Keys of the worker that no client reads; everything else without a prefix goes to admin clients.
bool is_client_key(std::string_view key) {
  static constexpr std::string_view prefixes[] = {"producer.",
                                                  "consumer.",
                                                  "admin.",
                                                  "key.converter",
                                                  "value.converter",
                                                  "header.converter",
                                                  "internal.",
                                                  "listeners",
                                                  "rest.",
                                                  "plugin.",
                                                  "offset.",
                                                  "config.",
                                                  "status.",
                                                  "connector.",
                                                  "access.control.",
                                                  "response.http.",
                                                  "topic.creation.",
                                                  "topic.tracking.",
                                                  "task.shutdown.",
                                                  "millrace.",
                                                  "exactly.once.",
                                                  "scheduled.rebalance.",
                                                  "worker.",
                                                  "inter.worker.",
                                                  "connect.protocol",
                                                  "group.id",
                                                  "key.",
                                                  "value."};
  for (const std::string_view prefix : prefixes) {
    if (key.starts_with(prefix)) return false;
  }
  return true;
}

ConfigMap with_bootstrap(const ConfigMap& worker) {
  ConfigMap settings;
  if (const std::string* servers = worker.find("bootstrap.servers")) {
    settings.set("bootstrap.servers", *servers);
  }
  return settings;
}

}  // namespace

ConfigMap source_producer_settings(const ConfigMap& worker, const ConfigMap& connector,
                                   const TaskId& task, bool plain) {
  ConfigMap settings = with_bootstrap(worker);
  settings.set("max.block.ms", "9223372036854775807");
  settings.set("enable.idempotence", plain ? "false" : "true");
  settings.set("acks", "all");
  settings.set("max.in.flight.requests.per.connection", "5");
  settings.set("delivery.timeout.ms", "2147483647");
  settings.set("client.id", client_id("producer", task));
  ConfigMap own = worker.with_prefix("producer.");
  lay_over(own, connector.with_prefix("producer.override."));
  const std::string idempotent = own.get_or("enable.idempotence", plain ? "false" : "true");
  if (idempotent == "false") {
    settings.set("max.in.flight.requests.per.connection",
                 "1");  // else a retry could change the order
  }
  lay_over(settings, own);
  return settings;
}

ConfigMap dead_letter_producer_settings(const ConfigMap& worker, const ConfigMap& connector,
                                        const TaskId& task) {
  ConfigMap settings = source_producer_settings(worker, connector, task, true);
  settings.set("client.id", client_id("dlq-producer", task));
  lay_over(settings, worker.with_prefix("producer."));
  lay_over(settings, connector.with_prefix("producer.override."));
  return settings;
}

ConfigMap sink_consumer_settings(const ConfigMap& worker, const ConfigMap& connector,
                                 const TaskId& task) {
  ConfigMap settings = with_bootstrap(worker);
  settings.set("group.id", "connect-" + task.connector);
  settings.set("client.id", client_id("consumer", task));
  settings.set("enable.auto.commit", "false");
  settings.set("auto.offset.reset", "earliest");
  lay_over(settings, worker.with_prefix("consumer."));
  lay_over(settings, connector.with_prefix("consumer.override."));
  return settings;
}

ConfigMap worker_admin_settings(const ConfigMap& worker) {
  ConfigMap settings;
  for (const auto& [key, value] : worker) {
    if (is_client_key(key)) settings.set(key, value);
  }
  lay_over(settings, worker.with_prefix("admin."));
  return settings;
}

ConfigMap task_admin_settings(const ConfigMap& worker, const ConfigMap& connector,
                              const TaskId& task) {
  ConfigMap settings = worker_admin_settings(worker);
  settings.set("client.id", client_id("adminclient", task));
  lay_over(settings, connector.with_prefix("admin.override."));
  return settings;
}

ConfigMap dead_letter_admin_settings(const ConfigMap& worker, const ConfigMap& connector,
                                     const TaskId& task) {
  ConfigMap settings = worker_admin_settings(worker);
  settings.set("client.id", client_id("dlq-adminclient", task));
  lay_over(settings, connector.with_prefix("admin.override."));
  return settings;
}

ConfigMap connector_admin_settings(const ConfigMap& worker, const ConfigMap& connector,
                                   const std::string& name) {
  ConfigMap settings = worker_admin_settings(worker);
  settings.set("client.id", "connector-worker-adminclient-" + name);
  lay_over(settings, connector.with_prefix("admin.override."));
  return settings;
}

}  // namespace millrace::worker

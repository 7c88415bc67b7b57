// What a distributed herder does for others as the leader, and asks of the leader if that is
// another worker.
#include "base/percent.h"
#include "herder/distributed_herder.h"
#include "herder/distributed_log.h"
#include "herder/distributed_places.h"
#include "herder/request_signature.h"
#include "peers/signature.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace millrace {

namespace {

constexpr std::chrono::milliseconds leader_timeout{30'000};
/// After a key could not be written.
constexpr std::chrono::milliseconds key_pause{1'000};

std::string task_configs_body(const std::vector<ConfigMap>& configs) {
  nlohmann::json body = nlohmann::json::array();
  for (const ConfigMap& config : configs) {
    nlohmann::json map = nlohmann::json::object();
    for (const auto& [key, value] : config) {
      map[key] = value ? nlohmann::json(*value) : nlohmann::json();
    }
    body.push_back(std::move(map));
  }
  return body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

void DistributedHerder::settled(const group::Assigned& assigned) {
  if (assigned.leading) {
    forget_statuses_of_the_gone();
    renew_session_key();
  }
  if (!ready_.exchange(true, std::memory_order_acq_rel)) {
    distributed_logger().info("Herder started");
    for (const Reply<void>& reply : std::exchange(pings_, {})) reply({});
  }
  run_waiting();
  defend_statuses();
}

void DistributedHerder::forget_statuses_of_the_gone() {
  const auto snapshot = parts_.config.snapshot();
  const storage::StoredStatus gone{{State::destroyed, settings_.worker_id, {}, {}}, generation_};
  for (const std::string& name : parts_.status.connectors()) {
    const storage::ConnectorEntry* entry = snapshot->find(name);
    const std::size_t tasks = entry == nullptr ? 0 : entry->task_configs.size();
    for (const auto& [task, status] : parts_.status.tasks(name)) {
      if (static_cast<std::size_t>(task) < tasks) continue;
      parts_.status.put_task({name, task}, gone, storage::Write::plain);
    }
    if (entry == nullptr) parts_.status.put_connector(name, gone, storage::Write::plain);
  }
}

std::optional<storage::SessionKey> DistributedHerder::session_key() const {
  return parts_.config.snapshot()->session_key;
}

/// Called when this worker has come to lead, when a key was read, and when the next is due.
void DistributedHerder::renew_session_key() {
  if (key_timer_) loop_.cancel(*std::exchange(key_timer_, {}));
  const group::Assigned* place = rebalancer_.place();
  if (place == nullptr || !place->leading || !signed_requests_) return;
  const Instant due = session_key_due(session_key(), settings_.session_key);
  const Instant now = parts_.clock.wall();
  if (due > now) {
    key_timer_ = loop_.after(due - now, [this] { renew_session_key(); });
    return;
  }
  write([this] {
    // Another one may have come while this one waited for its turn.
    const Instant when = parts_.clock.wall();
    if (session_key_due(session_key(), settings_.session_key) > when) return;
    const auto written =
        parts_.config.put_session_key(make_session_key(settings_.session_key, when));
    if (written) return;  // read back, it comes to session_key_changed
    distributed_logger().warn("The key for requests between workers could not be written: {}",
                              written.error().message());
    loop_.post([this] {
      if (!key_timer_) key_timer_ = loop_.after(key_pause, [this] { renew_session_key(); });
    });
  });
}

// Task configurations, from the connector's owner to the topic.

void DistributedHerder::send_task_configs(const std::string& name,
                                          const std::vector<ConfigMap>& configs,
                                          TaskPublisher::Done done) {
  const auto answer = [this, done = std::move(done)](const Result<void>& sent) {
    loop_.post([done, sent] { done(sent); });
  };
  when_placed([this, name, configs, answer](const group::Assigned* place) {
    if (place == nullptr) {
      return answer(Error{ErrorCode::retriable, "the group is rebalancing"});
    }
    if (place->leading) {
      return write([this, name, configs, answer] { answer(write_task_configs(name, configs)); });
    }
    if (place->leader_url.empty()) {
      return answer(Error{ErrorCode::retriable, "the leader has no URL"});
    }
    post_to_leader(place->leader_url, name, configs, answer);
  });
}

void DistributedHerder::post_to_leader(const std::string& leader_url, const std::string& name,
                                       const std::vector<ConfigMap>& configs,
                                       const TaskPublisher::Done& answer) {
  std::string url = leader_url;
  if (!url.ends_with('/')) url += '/';
  url += "connectors/" + percent_encoded(name, "-._~") + "/tasks";
  leader_requests_.post([this, url, body = task_configs_body(configs), answer] {
    peers::PeerRequest request{"POST", url, {}, body};
    if (signed_requests_) {
      const std::optional<storage::SessionKey> key = session_key();
      if (!key) {
        return answer(Error{ErrorCode::retriable, "there is no key to sign requests with yet"});
      }
      const Result<peers::Signature> signature =
          peers::sign(settings_.signature_algorithm, key->bytes, body);
      if (!signature) return answer(signature.error());
      request.headers.emplace_back(peers::signature_header, signature->mac);
      request.headers.emplace_back(peers::algorithm_header, signature->algorithm);
    }
    const Result<peers::PeerAnswer> got = parts_.peers.send(request, leader_timeout);
    if (!got) return answer(got.error());
    if (got->status < 300) return answer({});
    answer(Error{ErrorCode::retriable, "the leader answered " + std::to_string(got->status) + " " +
                                           got->body.substr(0, 500)});
  });
}

Result<void> DistributedHerder::write_task_configs(const std::string& name,
                                                   const std::vector<ConfigMap>& configs) {
  const Entry entry = entry_of(name);
  if (!entry) return Error{ErrorCode::not_found, "Connector " + name + " not found"};
  if (entry->target == TargetState::stopped && !configs.empty()) {
    return Error{ErrorCode::invalid_config,
                 "Cannot submit non-empty set of task configs for stopped connector " + name};
  }
  return parts_.config.put_tasks(name, configs);
}

Result<void> DistributedHerder::check_signed(const std::optional<std::string>& mac,
                                             const std::optional<std::string>& algorithm) const {
  const std::optional<storage::SessionKey> key = session_key();
  return check_signature_headers(mac, algorithm,
                                 {signed_requests_, settings_.verification_algorithms, key});
}

void DistributedHerder::put_task_configs(const std::string& name, std::vector<ConfigMap> configs,
                                         Signed request, Reply<void> reply) {
  const std::optional<storage::SessionKey> key = session_key();
  const Result<void> genuine =
      check_signature(request, {signed_requests_, settings_.verification_algorithms, key});
  if (!genuine) return reply(genuine.error());
  as_leader(reply, [this, name, configs = std::move(configs), reply] {
    write([this, name, configs, reply] { reply(write_task_configs(name, configs)); });
  });
}

void DistributedHerder::fence_zombies(const std::string& name, Signed request, Reply<void> reply) {
  const std::optional<storage::SessionKey> key = session_key();
  const Result<void> genuine =
      check_signature(request, {signed_requests_, settings_.verification_algorithms, key});
  if (!genuine) return reply(genuine.error());
  as_leader(reply, [this, name, reply] {
    const Entry entry = entry_of(name);
    if (!entry) return reply(Error{ErrorCode::not_found, "Connector " + name + " not found"});
    if (type_of(entry->config) != ConnectorType::source) {
      return reply(
          Error{ErrorCode::invalid_config, "Connector " + name + " is not a source connector"});
    }
    reply(Error{ErrorCode::fatal, "This worker does not support exactly-once source connectors"});
  });
}

}  // namespace millrace

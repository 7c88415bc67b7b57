#include "group/settings.h"

#include "group/sasl.h"
#include "kafka/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace millrace::group {

namespace {

using std::chrono::milliseconds;

/// Also where heartbeat.interval.ms is longer: 2 requests a second for each worker are nothing, and
/// work that nobody runs waits for them.
constexpr milliseconds longest_beat{500};

Error wrong(std::string_view key, std::string_view value, std::string_view problem) {
  return Error{ErrorCode::invalid_config,
               fmt::format("setting '{}' = '{}': {}", key, value, problem)};
}

milliseconds time32(const Config& worker, std::string_view key) {
  return milliseconds(worker.get<std::int32_t>(key));
}
milliseconds time64(const Config& worker, std::string_view key) {
  return milliseconds(worker.get<std::int64_t>(key));
}

/// "host:9092", "[::1]:9092", "PLAINTEXT://host:9092": brokers' addresses have had a scheme, once.
Result<Endpoint> parse_endpoint(std::string_view text) {
  std::string_view rest = text;
  if (const std::size_t scheme = rest.find("://"); scheme != std::string_view::npos) {
    rest.remove_prefix(scheme + 3);
  }
  Endpoint endpoint;
  const std::size_t colon = rest.rfind(':');
  std::string_view host = rest.substr(0, std::min(colon, rest.size()));
  const std::string_view port = colon == std::string_view::npos ? "" : rest.substr(colon + 1);
  const auto [end, problem] =
      std::from_chars(port.data(), port.data() + port.size(), endpoint.port);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (port.empty() || problem != std::errc() || end != port.data() + port.size() || host.empty()) {
    return wrong("bootstrap.servers", text, "brokers are named as host:port");
  }
  endpoint.host = host;
  return endpoint;
}

Result<void> read_security(const Config& worker, NetworkSettings& network) {
  // The same words as for every other client of the worker: translated once, in the Kafka room.
  const Result<kafka::NativeSettings> native =
      kafka::translate(kafka::ClientKind::admin, worker.originals());
  if (!native) return native.error();
  if (native->embedded) {
    return wrong("bootstrap.servers",
                 "embedded:", "a cluster of workers needs a Kafka that all of them reach");
  }
  const auto text = [&native](std::string_view name) {
    const std::string* value = native->find(name);
    return value == nullptr ? std::string() : *value;
  };
  const std::string protocol = text("security.protocol");
  if (protocol.ends_with("ssl")) {
    TlsSettings tls;
    Result<security::TlsMaterial> material = security::read_tls_material(worker.originals());
    if (!material) return material.error();
    Result<security::CipherSuites> suites = security::read_cipher_suites(worker.originals());
    if (!suites) return suites.error();
    tls.material = std::move(*material);
    tls.suites = std::move(*suites);
    const std::string* check = worker.originals().find("ssl.endpoint.identification.algorithm");
    tls.check_host = check == nullptr || check->find_first_not_of(" \t") != std::string::npos;
    network.tls = std::move(tls);
  }
  if (protocol.starts_with("sasl")) {
    SaslSettings sasl{text("sasl.mechanism"), text("sasl.username"), text("sasl.password"),
                      native->oauth};
    const auto known = SaslClient::make({.mechanism = sasl.mechanism});
    if (!known) return known.error();
    if ((sasl.mechanism == "OAUTHBEARER") != sasl.oauth.has_value()) {
      return wrong("sasl.mechanism", sasl.mechanism,
                   "the login module of sasl.jaas.config is one for another mechanism");
    }
    network.sasl = std::move(sasl);
  }
  return {};
}

}  // namespace

std::string to_string(const Endpoint& endpoint) {
  const bool v6 = endpoint.host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", v6 ? "[" : "", endpoint.host, v6 ? "]" : "", endpoint.port);
}

Result<GroupSettings> read_group_settings(const Config& worker, const std::string& worker_id) {
  GroupSettings settings;
  settings.group_id = worker.get<std::string>("group.id");
  const std::string& protocol = worker.get<std::string>("connect.protocol");
  const std::optional<ProtocolChoice> choice = parse_protocol_choice(protocol);
  if (!choice) return wrong("connect.protocol", protocol, "must be eager, compatible or sessioned");
  settings.protocol = *choice;
  settings.session_timeout = time32(worker, "session.timeout.ms");
  settings.rebalance_timeout = time32(worker, "rebalance.timeout.ms");
  settings.heartbeat_interval = time32(worker, "heartbeat.interval.ms");
  settings.beat_interval = std::min(settings.heartbeat_interval, longest_beat);
  settings.retry_backoff = time64(worker, "retry.backoff.ms");
  settings.retry_backoff_max = time64(worker, "retry.backoff.max.ms");
  settings.max_delay = time32(worker, "scheduled.rebalance.max.delay.ms");
  if (settings.heartbeat_interval >= settings.session_timeout ||
      settings.heartbeat_interval <= milliseconds(0)) {
    return wrong("heartbeat.interval.ms", std::to_string(settings.heartbeat_interval.count()),
                 fmt::format("must be above 0 and below session.timeout.ms = {}",
                             settings.session_timeout.count()));
  }
  NetworkSettings& network = settings.network;
  network.client_id = worker.get<std::string>("client.id");
  if (network.client_id.empty()) network.client_id = "connect-" + worker_id;
  network.request_timeout = time32(worker, "request.timeout.ms");
  network.connection_setup = time64(worker, "socket.connection.setup.timeout.ms");
  network.silence = settings.session_timeout;
  network.send_buffer = worker.get<std::int32_t>("send.buffer.bytes");
  network.receive_buffer = worker.get<std::int32_t>("receive.buffer.bytes");
  MILLRACE_TRY(read_security(worker, network));
  for (const std::string& text : worker.get<std::vector<std::string>>("bootstrap.servers")) {
    Result<Endpoint> endpoint = parse_endpoint(text);
    if (!endpoint) return endpoint.error();
    network.bootstrap.push_back(std::move(*endpoint));
  }
  return settings;
}

}  // namespace millrace::group

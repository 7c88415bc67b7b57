#include "kafka/rd_log.h"

#include "base/log.h"
#include "base/mutex.h"
#include "kafka/rd_client.h"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <cstring>
#include <map>

namespace millrace::kafka {

namespace {

constexpr std::chrono::seconds connection_pause{10};

log::Level level_of(int syslog) {
  if (syslog <= 2) return log::Level::error;
  if (syslog <= 4) return log::Level::warn;  // librdkafka's "error" is a lost connection
  if (syslog <= 6) return log::Level::info;
  return log::Level::debug;
}

}  // namespace

log::Logger& client_logger() {
  static log::Logger& instance = log::logger("org.apache.kafka.clients");
  return instance;
}

bool not_too_often(const std::string& key, std::chrono::milliseconds pause) {
  static Mutex mutex;
  static std::map<std::string, std::chrono::steady_clock::time_point> last;
  constexpr std::size_t most = 10'000;
  const auto now = std::chrono::steady_clock::now();
  const MutexLock lock(mutex);
  if (last.size() > most) last.clear();
  const auto [entry, is_new] = last.try_emplace(key, now);
  if (!is_new && now - entry->second < pause) return false;
  entry->second = now;
  return true;
}

void log_from_client(const rd_kafka_s* client, int level, const char* facility, const char* text) {
  const log::Level ours = level_of(level);
  log::Logger& logger = client_logger();
  if (!logger.enabled(ours)) return;
  const char* name = client == nullptr ? "" : rd_kafka_name(client);
  const bool connection = std::strcmp(facility, "FAIL") == 0 ||
                          std::strcmp(facility, "ERROR") == 0 ||
                          std::strcmp(facility, "REQTMOUT") == 0;
  if (connection && !not_too_often(std::string(name) + facility, connection_pause)) return;
  logger.log(ours, "[{}] {}", name, text);
}

bool log_client_error(const rd_kafka_s* client, int code, const char* reason) {
  const char* name = rd_kafka_name(client);
  const std::string_view why(reason == nullptr ? "" : reason);
  // A certificate that does not verify stays so; other failures of a handshake may be a restart.
  const bool refused = code == RD_KAFKA_RESP_ERR__AUTHENTICATION ||
                       (code == RD_KAFKA_RESP_ERR__SSL &&
                        why.find("certificate verify failed") != std::string_view::npos);
  if (refused || code == RD_KAFKA_RESP_ERR__FATAL) {
    client_logger().log(log::Level::error, "[{}] {}", name, why);
    return true;
  }
  if (code == RD_KAFKA_RESP_ERR__TRANSPORT) return false;  // the log has it already
  if (not_too_often(fmt::format("{} {}", name, code), connection_pause)) {
    client_logger().log(log::Level::warn, "[{}] {}: {}", name,
                        rd_kafka_err2name(static_cast<rd_kafka_resp_err_t>(code)), why);
  }
  return false;
}

}  // namespace millrace::kafka

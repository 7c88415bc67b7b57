#include "app/cluster_settings.h"

#include "base/ascii.h"
#include "herder/session_keys.h"

#include <algorithm>
#include <utility>

namespace millrace::app {

Result<DistributedHerder::Settings> read_herder_settings(const Startup& startup) {
  const Config& settings = startup.config.settings;
  const auto support = settings.get<std::string>("exactly.once.source.support");
  if (!ascii::same_ignoring_case(support, "disabled")) {
    return invalid_value("exactly.once.source.support", support,
                         "sources that write each record exactly once are not there yet");
  }
  const auto milliseconds = [&settings](std::string_view key) {
    return std::chrono::milliseconds(settings.get<std::int32_t>(key));
  };
  Result<SessionKeySettings> key = read_session_key_settings(settings);
  if (!key) return std::move(key.error());
  DistributedHerder::Settings result;
  result.kafka_cluster_id = startup.cluster_id;
  result.worker_id = startup.advertised.worker_id;
  result.topics = {settings.get<bool>("topic.tracking.enable"),
                   settings.get<bool>("topic.tracking.allow.reset")};
  result.rebalances = {
      .sync_timeout = milliseconds("worker.sync.timeout.ms"),
      .unsync_backoff = milliseconds("worker.unsync.backoff.ms"),
      .max_delay = milliseconds("scheduled.rebalance.max.delay.ms"),
      .eager = ascii::same_ignoring_case(settings.get<std::string>("connect.protocol"), "eager")};
  result.task_stop_timeout = startup.config.task_shutdown_timeout;
  result.signature_algorithm = settings.get<std::string>("inter.worker.signature.algorithm");
  result.verification_algorithms =
      settings.get<std::vector<std::string>>("inter.worker.verification.algorithms");
  result.session_key = *std::move(key);
  result.sessioned =
      ascii::same_ignoring_case(settings.get<std::string>("connect.protocol"), "sessioned");
  const auto& accepted = result.verification_algorithms;
  if (std::find(accepted.begin(), accepted.end(), result.signature_algorithm) == accepted.end()) {
    return invalid_value("inter.worker.signature.algorithm", result.signature_algorithm,
                         "it is none of inter.worker.verification.algorithms");
  }
  return result;
}

}  // namespace millrace::app

#include "app/distributed.h"

#include "app/cluster_settings.h"
#include "app/signals.h"
#include "app/startup.h"
#include "base/clock.h"
#include "base/log.h"
#include "config/worker_config.h"
#include "group/member.h"
#include "herder/distributed_herder.h"
#include "peers/peer_client.h"
#include "storage/kafka_config_store.h"
#include "storage/kafka_offset_store.h"
#include "storage/kafka_status_store.h"
#include "storage/storage_topics.h"
#include "worker/worker.h"

#include <atomic>
#include <memory>
#include <optional>
#include <utility>

namespace millrace::app {

namespace {

const log::Logger& logger() {
  static const log::Logger& instance =
      log::logger("org.apache.kafka.connect.cli.ConnectDistributed");
  return instance;
}

/// The herder's door to its group.
class GroupDoor final : public Membership {
 public:
  explicit GroupDoor(std::unique_ptr<group::GroupMember> member) : member_(std::move(member)) {}
  void join(group::EventNumber seen, std::string reason) override {
    member_->join(seen, std::move(reason));
  }
  void leave(std::string reason) override { member_->leave(std::move(reason)); }
  void forget_work() override { member_->forget_work(); }
  void close(std::chrono::milliseconds limit) override { member_->close(limit); }

 private:
  const std::unique_ptr<group::GroupMember> member_;
};

/// What the herder has told of itself; a signal of the herder's own.
class News {
 public:
  explicit News(Signals& signals) : signals_(signals) {}
  void set_loaded() {
    loaded_ = true;
    signals_.notify();
  }
  void set_ended(const Error& error) {
    {
      const MutexLock lock(mutex_);
      if (!error_) error_ = error;
    }
    signals_.notify();
  }
  [[nodiscard]] bool loaded() const { return loaded_; }
  [[nodiscard]] std::optional<Error> ended() const {
    const MutexLock lock(mutex_);
    return error_;
  }

 private:
  Signals& signals_;
  std::atomic<bool> loaded_ = false;
  mutable Mutex mutex_;
  std::optional<Error> error_ GUARDED_BY(mutex_);
};

}  // namespace

int run_distributed(const std::string& worker_file) {
  static Signals signals;  // its thread lives as long as the program
  Result<std::unique_ptr<Startup>> started = start_up(worker_file, Mode::distributed);
  if (!started) return failed(ExitCode::not_started, started.error());
  Startup& startup = **started;
  const Config& settings = startup.config.settings;
  SystemClock clock;

  Result<DistributedHerder::Settings> herder_settings = read_herder_settings(startup);
  if (!herder_settings) return failed(ExitCode::not_started, herder_settings.error());
  Result<group::GroupSettings> group_settings =
      group::read_group_settings(settings, startup.advertised.worker_id);
  if (!group_settings) return failed(ExitCode::not_started, group_settings.error());
  const auto open = [&](auto open_topic) {
    return open_topic(settings.originals(), *startup.clients, clock);
  };
  auto config_log = open(storage::open_config_topic);
  if (!config_log) return failed(ExitCode::not_started, config_log.error());
  auto offset_log = open(storage::open_offset_topic);
  if (!offset_log) return failed(ExitCode::not_started, offset_log.error());
  auto status_log = open(storage::open_status_topic);
  if (!status_log) return failed(ExitCode::not_started, status_log.error());
  storage::KafkaConfigStore configs(*std::move(config_log), clock,
                                    settings.get<std::string>("config.storage.topic"));
  storage::KafkaOffsetStore offsets(*std::move(offset_log),
                                    settings.get<std::string>("offset.storage.topic"));
  storage::KafkaStatusStore statuses(*std::move(status_log), clock,
                                     settings.get<std::string>("status.storage.topic"));

  signals.set_exit_at_once(false);
  DistributedHerder herder(*std::move(herder_settings),
                           {startup.plugins, configs, statuses, offsets, *startup.peers, clock},
                           ConnectorValidator(startup.plugins, startup.config, startup.policy.get(),
                                              &*startup.providers));
  worker::Worker worker({startup.config, startup.plugins, *startup.clients, offsets, clock,
                         startup.advertised.worker_id, &*startup.providers, startup.policy.get(),
                         /*own_offset_topics=*/true},
                        herder);
  herder.set_worker(worker);
  auto member =
      group::GroupMember::make(*std::move(group_settings), startup.advertised.url, herder, clock);
  if (!member) return failed(ExitCode::not_started, member.error());
  GroupDoor door(*std::move(member));
  herder.set_membership(door);

  News news(signals);
  herder.start([&news] { news.set_loaded(); },
               [&news](const Error& error) { news.set_ended(error); });
  startup.rest->serve_at_start(herder);
  std::optional<int> signal =
      signals.wait([&news] { return news.loaded() || news.ended().has_value(); });
  if (!signal && news.loaded()) {
    startup.rest->serve(herder);
    logger().info("Kafka Connect started after {} ms",
                  std::chrono::duration_cast<std::chrono::milliseconds>(
                      std::chrono::steady_clock::now() - startup.begin)
                      .count());
    signal = signals.wait([&news] { return news.ended().has_value(); });
  }
  logger().info("Kafka Connect stopping");
  startup.rest->stop(rest_grace);
  herder.stop();
  const int code = signal ? 128 + *signal : failed(ExitCode::herder, *news.ended());
  logger().info("Kafka Connect stopped");
  return code;
}

}  // namespace millrace::app

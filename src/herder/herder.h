#pragma once

#include "base/log.h"
#include "herder/reply.h"
#include "herder/types.h"
#include "millrace/result.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

/// Decides which connectors run: what REST and the command line talk to.
/// Threads: any. Questions are answered at once from the last known state and never wait for a
///          plugin or for Kafka. Whatever takes a reply is carried out in the background; the reply
///          is called once, on some thread of the herder's, and must not block. Its progress says
///          what is being done meanwhile.
/// Errors:  not_found, conflict, invalid_config (texts as Java's, see spec of the REST API), fatal;
///          what REST answers with 403 or 503: `forbidden` and `unavailable` of rest_errors.h.
class Herder {
 public:
  template <class T>
  using Reply = millrace::Reply<T>;

  virtual ~Herder() = default;

  [[nodiscard]] virtual std::string kafka_cluster_id() const = 0;
  /// Start-up is over: every connector of the command line is up (standalone), or the group was
  /// joined for the first time (distributed).
  [[nodiscard]] virtual bool ready() const = 0;
  /// A sign of life: answered when the herder comes to it, behind the changes that wait before it.
  /// During the start: when that is over, or at once with an error (retriable) if it may take long.
  virtual void ping(Reply<void> reply) = 0;
  [[nodiscard]] virtual std::vector<std::string> connectors() const = 0;
  [[nodiscard]] virtual Result<ConnectorInfo> connector_info(std::string_view name) const = 0;
  [[nodiscard]] virtual Result<ConnectorStatus> connector_status(std::string_view name) const = 0;
  [[nodiscard]] virtual Result<TaskStatus> task_status(const TaskId& id) const = 0;
  [[nodiscard]] virtual Result<std::vector<TaskInfo>> tasks(std::string_view name) const = 0;
  /// connectors_only: sources and sinks alone. Sinks first, then sources, then the other kinds, by
  /// name within a kind.
  [[nodiscard]] virtual std::vector<PluginInfo> plugins(bool connectors_only) const = 0;
  /// The settings of a connector (those of the framework behind its own), converter, header
  /// converter, transformation or predicate. plugin: a class name or alias. version: a version, a
  /// range of them or "latest"; none is the newest. Errors: not_found: no such plugin;
  /// invalid_config: another kind of plugin, or no such version.
  [[nodiscard]] virtual Result<std::vector<ConfigKey>> plugin_config(
      std::string_view plugin, std::optional<std::string_view> version) const = 0;

  /// What this worker's settings say of topics that connectors use.
  struct TopicTracking {
    bool enabled = true;
    bool reset_allowed = true;
  };
  [[nodiscard]] virtual TopicTracking topic_tracking() const = 0;
  /// The topics that the connector's tasks have read or written since it was created or since the
  /// last reset, by name; none for an unknown connector.
  [[nodiscard]] virtual std::vector<std::string> active_topics(std::string_view name) const = 0;
  virtual void reset_active_topics(const std::string& name, Reply<void> reply) = 0;

  /// Validates, stores and starts. must_be_new: a name that exists is a conflict.
  virtual void put_connector(const std::string& name, ConfigMap config, bool must_be_new,
                             std::optional<TargetState> initial_state, Reply<PutResult> reply) = 0;
  /// Replaces single settings of the stored configuration, or takes them away (null); then as
  /// put_connector. Errors (not_found): no such connector.
  virtual void patch_connector(const std::string& name, ConfigMap patch,
                               Reply<ConnectorInfo> reply) = 0;
  virtual void delete_connector(const std::string& name, Reply<void> reply) = 0;
  /// Answered when the wish is noted (started, paused) or the tasks were told (stopped).
  virtual void set_target_state(const std::string& name, TargetState state, Reply<void> reply) = 0;

  /// Restarts the connector alone.
  virtual void restart_connector(const std::string& name, Reply<void> reply) = 0;
  struct RestartRequest {
    bool include_tasks = false;
    bool only_failed = false;
  };
  /// Restarts the connector and its tasks as asked; the reply shows what will be restarted as
  /// RESTARTING.
  virtual void restart_connector_and_tasks(const std::string& name, RestartRequest request,
                                           Reply<ConnectorStatus> reply) = 0;
  virtual void restart_task(const TaskId& id, Reply<void> reply) = 0;

  /// What a connector's configuration is judged as, key by key.
  struct Validation {
    std::string connector_class;
    int error_count = 0;
    std::vector<std::string> groups;
    struct Entry {
      std::optional<ConfigKey> definition;  ///< none: a key that nobody defines
      ConfigValue value;
    };
    std::vector<Entry> entries;
  };
  /// The class is the configuration's connector.class.
  virtual void validate(ConfigMap config, Reply<Validation> reply) = 0;

  /// Where a connector stands, whatever its state.
  virtual void connector_offsets(const std::string& name,
                                 Reply<std::vector<ConnectorOffset>> reply) = 0;
  /// Moves a stopped connector, or forgets partitions (an offset of none). The reply says whether
  /// the connector has moved what it keeps outside, too.
  /// Errors: not_found; invalid_config: it is not stopped or still has tasks, or the offsets make
  /// no sense; or what the connector, the store or Kafka says.
  virtual void alter_offsets(const std::string& name, std::vector<ConnectorOffset> changes,
                             Reply<bool> reply) = 0;
  /// Makes a stopped connector forget where it stands. Reply and errors as alter_offsets.
  virtual void reset_offsets(const std::string& name, Reply<bool> reply) = 0;

  // What workers of a cluster ask of each other. check_signature (request_signature.h) says who
  // may.

  /// A request as it came, for the signature that it needs from the sessioned protocol on.
  struct Signed {
    std::string body;
    std::optional<std::string> mac;        ///< base64
    std::optional<std::string> algorithm;  ///< "HmacSHA256"
  };
  /// Whether the headers of such a request can be right. What is not is refused before its body is
  /// read, for that may be large. Errors: as those of the request itself, but for a wrong
  /// signature.
  [[nodiscard]] virtual Result<void> check_signed(
      const std::optional<std::string>& mac, const std::optional<std::string>& algorithm) const = 0;
  /// A connector runs elsewhere and has configured its tasks: stores that, if this worker leads.
  virtual void put_task_configs(const std::string& name, std::vector<ConfigMap> configs,
                                Signed request, Reply<void> reply) = 0;
  /// A task of an exactly-once source is about to start: shuts out the ones before it.
  virtual void fence_zombies(const std::string& name, Signed request, Reply<void> reply) = 0;

  /// Sets a logger's level on every worker.
  virtual void set_cluster_log_level(const std::string& logger, log::Level level,
                                     Reply<void> reply) = 0;
};

}  // namespace millrace

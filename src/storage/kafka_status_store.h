#pragma once

#include "base/clock.h"
#include "base/mutex.h"
#include "storage/status_records.h"
#include "storage/status_store.h"
#include "storage/status_writer.h"
#include "storage/topic_log.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace millrace::storage {

/// The statuses of a cluster in the status topic.
/// Threads: any; see StatusStore. One thread repeats the writes that failed.
class KafkaStatusStore final : public StatusStore {
 public:
  /// topic: the log's, for messages. The clock outlives the store.
  KafkaStatusStore(std::unique_ptr<TopicLog> log, Clock& clock, std::string topic);
  ~KafkaStatusStore() override;

  Result<void> start() override;
  void stop() override;

  void put_connector(const std::string& name, const StoredStatus& status, Write how) override;
  void put_task(const TaskId& id, const StoredStatus& status, Write how) override;
  void put_topic(const std::string& connector, const TopicUse& use) override;
  void forget_topic(const std::string& connector, const std::string& topic) override;
  bool flush(std::chrono::milliseconds timeout) override;

  [[nodiscard]] std::set<std::string> connectors() const override;
  [[nodiscard]] std::optional<StoredStatus> connector(const std::string& name) const override;
  [[nodiscard]] std::optional<StoredStatus> task(const TaskId& id) const override;
  [[nodiscard]] std::map<std::int32_t, StoredStatus> tasks(
      const std::string& connector) const override;
  [[nodiscard]] std::vector<TopicUse> topics(const std::string& connector) const override;
  [[nodiscard]] bool has_topic(const std::string& connector,
                               const std::string& topic) const override;

 private:
  using Tasks = std::map<std::int32_t, StoredStatus>;
  using Topics = std::map<std::string, TopicUse, std::less<>>;

  /// there: what the topic has of the same connector or task.
  void put(std::string key, const StoredStatus& status, Write how,
           std::function<std::optional<StoredStatus>()> there);
  void consume(const LogRecord& record);
  void take(ConnectorStatusRecord record);
  void take(TaskStatusRecord record);
  void take(TopicUseRecord record);
  /// Whether a safe write may take the place of what is there.
  static bool may_replace(const std::optional<StoredStatus>& there, const StoredStatus& status);

  const std::string topic_;
  mutable Mutex mutex_;
  std::map<std::string, StoredStatus> connectors_ GUARDED_BY(mutex_);
  std::map<std::string, Tasks> tasks_ GUARDED_BY(mutex_);      // none of them empty
  std::map<std::string, Topics> topics_ GUARDED_BY(mutex_);    // none of them empty
  std::optional<std::int32_t> generation_ GUARDED_BY(mutex_);  // of this worker's last status

  StatusWriter writer_;                  // uses the log, up to its stop
  const std::unique_ptr<TopicLog> log_;  // last: it calls consume and the writer
};

}  // namespace millrace::storage

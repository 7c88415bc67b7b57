#pragma once

#include "http/record_log.h"
#include "http/reports.h"
#include "http/sender.h"
#include "http/settings.h"
#include "http/task_clock.h"
#include "millrace/sink.h"

#include <memory>
#include <optional>

namespace millrace::http {

/// Sends each record to an HTTP endpoint, until the reply says that it has arrived.
///
/// put takes records and works for a moment; what is not through then stays with the task, whose
/// next put goes on with it. So waits of any length cost no thread, the consumer stays in its
/// group, and a pause or stop takes effect at once. The partitions stand still while enough is
/// waiting here, and offsets are let go of up to the first record that is not through.
class HttpSinkTask final : public SinkTask {
 public:
  explicit HttpSinkTask(std::shared_ptr<const TaskClock> clock = std::make_shared<TaskClock>())
      : clock_(std::move(clock)) {}
  ~HttpSinkTask() override;

  Result<void> start(const Config& config) override;
  Result<void> open(const PartitionSet& added) override;
  Result<void> put(std::span<const SinkRecord> records) override;
  Result<PartitionOffsets> pre_commit(const PartitionOffsets& offsets) override;
  Result<void> close(const PartitionSet& removed) override;
  Result<void> stop() override;

 private:
  void take(std::span<const SinkRecord> records);
  Result<void> regulate();
  void ask_for_commit();
  void say_when();
  void measure_batch();

  std::shared_ptr<const TaskClock> clock_;
  Settings settings_;
  std::unique_ptr<Reports> reports_;
  std::unique_ptr<Sender> sender_;
  std::optional<Error> failure_;
  bool held_back_ = false;  // the partitions stand still
  bool commit_wanted_ = false;
  std::optional<TaskClock::Time> last_commit_;
  std::optional<TaskClock::Time> batch_began_;
  std::size_t batch_size_ = 0;
};

}  // namespace millrace::http

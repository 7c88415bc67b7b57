#pragma once

#include "kafka/consumer.h"
#include "millrace/sink.h"
#include "pipeline/dead_letter_queue.h"
#include "pipeline/dead_letter_topic.h"
#include "pipeline/errant_records.h"
#include "pipeline/error_policy.h"
#include "pipeline/pipeline.h"
#include "pipeline/retry.h"
#include "pipeline/sink_commits.h"
#include "pipeline/stages.h"
#include "pipeline/surroundings.h"
#include "transform/chain.h"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace millrace::pipeline {

/// What a sink task is made of and lives with.
struct SinkParts {
  std::string task_id;  ///< "orders-0", for messages
  std::unique_ptr<SinkTask> task;
  Config config;
  Converters converters;
  transform::Chain transforms;
  std::function<Result<ConfigMap>()> current_configs;
  std::function<Result<std::unique_ptr<kafka::Consumer>>()> make_consumer;
  std::vector<std::string> topics;
  /// topics.regex: says whether a topic belongs to the connector. Empty: `topics` holds.
  std::function<bool(std::string_view)> topic_matches;
  std::chrono::milliseconds topic_refresh_interval{300'000};
  ErrorSettings errors;
  // for the dead letter queue and what the task reports
  MakeAdmin make_admin;
  DeadLetterQueue::MakeProducer make_producer;
  ErrantRecords::MakeConverters make_converters;
  std::chrono::milliseconds offset_flush_interval{60'000};
  std::chrono::milliseconds offset_flush_timeout{5'000};
};

/// Moves records from Kafka into a sink task: poll → convert → transform → put, and commits the
/// offsets that the task lets go of.
/// Threads: the task's, but for the wake of TaskControl.
/// Source:  WorkerSinkTask.
class SinkPipeline final : public Pipeline,
                           private kafka::RebalanceListener,
                           private SinkTaskContext {
 public:
  SinkPipeline(SinkParts parts, Surroundings surroundings);
  ~SinkPipeline() override;

  Result<void> run() override;
  void abandon() override;

  // The steps that run is made of, for tests: start, then iterate until the task has to stop.
  Result<void> start();
  Result<void> iterate();
  void finish();

 private:
  // the way of a record
  Result<void> poll();
  Result<void> convert_batch();
  Result<bool> convert(const kafka::Message& message, SinkRecord& record);
  Result<bool> failed(const kafka::Message& message, Stage stage, std::string_view class_name,
                      Error error);
  Result<void> deliver();

  // what becomes of records that failed (sink_failures.cc)
  Result<void> open_reporters();
  bool dead_letters_written(const PartitionSet& partitions);
  void close_reporters();

  // what happens between batches
  Result<void> follow_topics();
  void follow_pause();
  Result<void> apply_seeks();
  void commit_if_due();
  void commit(const PartitionSet& partitions, bool closing);
  void pause_all();
  void resume_all();
  [[nodiscard]] std::chrono::milliseconds poll_time() const;

  // RebalanceListener
  void assigned(const PartitionOffsets& positions) override;
  void revoked(const PartitionSet& partitions) override;
  void lost(const PartitionSet& partitions) override;
  void forget(const PartitionSet& partitions);
  void close_partitions(const PartitionSet& partitions);
  void raise(Result<void> failed);

  // SinkTaskContext
  Result<ConfigMap> configs() override { return parts_.current_configs(); }
  void offset(const PartitionOffsets& offsets) override;
  void timeout(std::chrono::milliseconds time) override { timeout_ = time; }
  [[nodiscard]] const PartitionSet& assignment() const override { return assignment_; }
  [[nodiscard]] bool paused() const override { return surroundings_.control.paused(); }
  Result<void> pause(const PartitionSet& partitions) override;
  Result<void> resume(const PartitionSet& partitions) override;
  void request_commit() override { commit_requested_ = true; }
  ErrantRecordReporter* errant_record_reporter() override { return errant_.get(); }
  PluginMetrics& metrics() override { return surroundings_.plugin_metrics; }

  SinkParts parts_;
  Surroundings surroundings_;
  ErrorPolicy policy_;
  Retry retry_;
  bool started_ = false;

  kafka::MessageBatch batch_;        // what records_ points into
  kafka::MessageBatch spare_;        // polled into while a batch is offered again
  std::vector<SinkRecord> records_;  // its storage is used again
  std::size_t count_ = 0;            // how many of records_ are this batch
  std::vector<RawHeader> raw_headers_;
  bool redelivering_ = false;

  PartitionSet assignment_;
  SinkCommits commits_;
  Clock::Time next_commit_;
  Clock::Time next_topic_refresh_;
  std::vector<std::string> subscribed_;
  bool commit_requested_ = false;

  bool paused_ = false;  // the connector
  PartitionSet paused_by_task_;
  PartitionOffsets seeks_;
  std::optional<std::chrono::milliseconds> timeout_;
  std::unique_ptr<ErrantRecords> errant_;          // null: nobody would hear of its reports
  std::unique_ptr<DeadLetterQueue> dead_letters_;  // null: there is none; its thread uses errant_
  Mutex abandon_mutex_;
  DeadLetterQueue* abandonable_ GUARDED_BY(abandon_mutex_) = nullptr;  // once it is there

  std::optional<Error> raised_;  // ends the task after the poll: it came where none can be returned
  bool rebalanced_ = false;
  std::unique_ptr<kafka::Consumer> consumer_;  // last: it may call back until it is destroyed
};

}  // namespace millrace::pipeline

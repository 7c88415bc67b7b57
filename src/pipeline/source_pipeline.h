#pragma once

#include "base/mutex.h"
#include "kafka/producer.h"
#include "millrace/source.h"
#include "pipeline/dead_letter_topic.h"
#include "pipeline/error_policy.h"
#include "pipeline/pipeline.h"
#include "pipeline/retry.h"
#include "pipeline/source_dead_letters.h"
#include "pipeline/stages.h"
#include "pipeline/submitted_offsets.h"
#include "pipeline/surroundings.h"
#include "pipeline/topic_creation.h"
#include "storage/offset_reader.h"
#include "storage/offset_writer.h"
#include "transform/chain.h"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::pipeline {

/// What a source task is made of and lives with.
struct SourceParts {
  std::string task_id;  ///< "orders-0", for messages
  std::unique_ptr<SourceTask> task;
  Config config;
  Converters converters;
  transform::Chain transforms;
  std::shared_ptr<storage::OffsetStore> offsets;  ///< keeps alive what the next two work on
  std::unique_ptr<storage::OffsetWriter> writer;
  std::unique_ptr<storage::OffsetReader> reader;
  std::function<Result<ConfigMap>()> current_configs;
  std::function<Result<std::unique_ptr<kafka::Producer>>(kafka::DeliveryListener&)> make_producer;
  std::unique_ptr<TopicCreation> topic_creation;  ///< null: topics are left to others
  ErrorSettings errors;
  MakeAdmin make_admin;        ///< for the dead letter topic
  Converters json_converters;  ///< for dead letters that have no bytes
  std::chrono::milliseconds offset_flush_timeout{5000};
};

/// Moves records from a source task into Kafka: poll → transform → convert → send, and stores the
/// offsets of what was acknowledged.
/// Threads: everything on the task's thread, but for commit_offsets and abandon (see Pipeline).
/// Source:  AbstractWorkerSourceTask, WorkerSourceTask.
class SourcePipeline final : public Pipeline,
                             private kafka::DeliveryListener,
                             private SourceTaskContext {
 public:
  SourcePipeline(SourceParts parts, Surroundings surroundings);
  ~SourcePipeline() override;

  Result<void> run() override;
  void commit_offsets() override;
  void abandon() override;

  // The steps that run is made of, for tests: start, then iterate until the task has to stop.
  Result<void> start();
  Result<void> iterate();
  void finish();

 private:
  // the way of a record
  Result<void> poll_batch();
  Result<void> send_batch();
  enum class Sent : std::uint8_t { yes, later };
  struct FailedStep {
    Stage stage = Stage::transformation;
    std::string_view class_name;
  };
  Result<Sent> send_record(const SourceRecord& polled);
  static Result<void> check_destination(const Record& record);
  Result<kafka::OutgoingRecord> convert(const Record& record);
  Result<Sent> hand_over(const SourceRecord& polled, kafka::OutgoingRecord outgoing);
  Result<Sent> refused(SubmittedOffsets::Entry& entry, const kafka::OutgoingRecord& outgoing,
                       const Error& error);
  void leave_out(const SourceRecord& record) { tell_task(record, nullptr); }
  void tell_task(const SourceRecord& record, const RecordMetadata* metadata);
  void delivered(void* tag, const RecordMetadata& metadata, const Error* error) override;
  void not_delivered(void* tag, const kafka::OutgoingRecord& record, const Error& error) override;

  // what becomes of records that failed (source_failures.cc)
  Result<void> open_dead_letters();
  Result<Sent> failed(const SourceRecord& polled, const Record& current, FailedStep step,
                      const Error& error);
  bool dead_letters_sent();
  void dead_letter_done(SubmittedOffsets::Entry& entry, const Error* error);
  void flush_everything();

  void collect_offsets();
  void store_offsets(CommittableOffsets offsets);
  void commit_for_the_last_time();
  void close_producer();
  void wait_while_paused();
  void tell_task_of_commit();
  Result<void> take_send_error();

  // SourceTaskContext
  Result<ConfigMap> configs() override { return parts_.current_configs(); }
  OffsetStorageReader& offsets() override { return *parts_.reader; }
  TransactionContext* transactions() override { return nullptr; }
  PluginMetrics& metrics() override { return surroundings_.plugin_metrics; }
  bool wait_for(std::chrono::milliseconds time) override;

  SourceParts parts_;
  Surroundings surroundings_;
  ErrorPolicy policy_;
  Retry retry_;
  BatchPool pool_;
  SubmittedOffsets submitted_;
  TrackedBatch* batch_ = nullptr;  // being sent; null: poll for the next one
  std::size_t next_ = 0;           // the record of it that comes next
  std::optional<Error> send_error_;
  std::string told_topic_;  // that the listener knows of since the last iteration
  FailedStep failed_step_;  // at which convert failed
  std::unique_ptr<SourceDeadLetters> dead_letters_;  // null: there are none
  bool started_ = false;
  bool stopped_ = false;                // the task hears of nothing any more
  std::vector<RawHeader> raw_headers_;  // of the record being converted
  std::vector<kafka::MessageHeader> message_headers_;

  Mutex mutex_;
  CommittableOffsets committable_ GUARDED_BY(mutex_);
  bool committed_ GUARDED_BY(mutex_) = false;  // the task has to be told
  bool committing_ GUARDED_BY(mutex_) = false;
  bool ended_ GUARDED_BY(mutex_) = false;                      // the last commit is the task's own
  kafka::Producer* abandonable_ GUARDED_BY(mutex_) = nullptr;  // until it is closed
  CondVar commit_done_;
  std::unique_ptr<kafka::Producer> producer_;  // last: it may report until it is destroyed
};

}  // namespace millrace::pipeline

#pragma once

#include "kafka/producer.h"
#include "metrics/task_counters.h"
#include "pipeline/dead_letter.h"
#include "pipeline/error_settings.h"
#include "pipeline/stages.h"
#include "pipeline/submitted_offsets.h"

#include <deque>
#include <functional>
#include <string>
#include <vector>

namespace millrace::pipeline {

/// Dead letters of a source task, which go out by the task's own producer: records that could not
/// be converted or sent. Kafka Connect has them for sinks alone.
/// A letter holds the bytes that would have been sent, or, where there are none, JSON with schemas.
/// Threads: the task's.
class SourceDeadLetters {
 public:
  /// A letter was written, or (error) given up.
  using Done = std::function<void(SubmittedOffsets::Entry&, const Error*)>;

  /// json: reads any value; used where the connector's own converters have failed.
  SourceDeadLetters(std::string task_id, const ErrorSettings& settings, Converters json,
                    metrics::TaskCounters& counters, Done done);
  ~SourceDeadLetters();

  /// entry: of the record as it was polled. record: as far as the transformations have brought it.
  void add(SubmittedOffsets::Entry& entry, const Record& record, const FailedRecord& failed);
  /// The same for a record whose bytes there are.
  void add(SubmittedOffsets::Entry& entry, const kafka::OutgoingRecord& record,
           const FailedRecord& failed);
  /// Hands over what waits. False: there is no room for it now; serve and try again.
  bool send(kafka::Producer& producer);
  [[nodiscard]] bool empty() const { return waiting_.empty(); }

 private:
  struct Waiting {
    DeadLetter letter;
    SubmittedOffsets::Entry* entry = nullptr;
  };
  void add(SubmittedOffsets::Entry& entry, DeadLetter letter, const DeadLetterPlace& place,
           const FailedRecord& failed);
  [[nodiscard]] std::optional<std::string> text_of(Converter& json, std::string_view topic,
                                                   const SchemaPtr& schema,
                                                   const Value& value) const;

  const std::string task_id_;
  const std::string topic_;
  const bool with_context_;
  Converters json_;
  metrics::TaskCounters& counters_;
  const Done done_;
  std::deque<Waiting> waiting_;
  std::vector<kafka::MessageHeader> headers_;  // of the letter being sent; kept for its memory
};

}  // namespace millrace::pipeline

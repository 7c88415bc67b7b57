#pragma once

#include "millrace/connector.h"

#include <chrono>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>

namespace millrace {

/// Offsets of Kafka partitions: the next record to be read.
using PartitionOffsets = std::map<TopicPartition, std::int64_t>;
using PartitionSet = std::set<TopicPartition>;

/// Reports records that a sink task could not deliver, without failing the task.
/// Threads: any.
/// Source:  org.apache.kafka.connect.sink.ErrantRecordReporter.
class ErrantRecordReporter {
 public:
  virtual ~ErrantRecordReporter() = default;
  /// record: one that put received, or made from one. The future is ready once the report has been
  /// taken over; offsets are not committed before that.
  /// Errors (fatal): no error is tolerated (errors.tolerance=none); return it from put.
  virtual Result<std::future<Result<void>>> report(const SinkRecord& record, Error error) = 0;
};

/// Threads: the task's only.
/// Source:  org.apache.kafka.connect.sink.SinkTaskContext.
class SinkTaskContext {
 public:
  virtual ~SinkTaskContext() = default;
  /// The task's configuration, its ${provider:…} variables resolved anew.
  virtual Result<ConfigMap> configs() = 0;
  /// Goes to another place before the next poll; the next commit may go back with it.
  virtual void offset(const PartitionOffsets& offsets) = 0;
  /// The next poll waits no longer than this (once), for a task that wants to try again soon.
  virtual void timeout(std::chrono::milliseconds time) = 0;
  [[nodiscard]] virtual const PartitionSet& assignment() const = 0;
  /// Whether the connector is to be paused. No records come then, but put is still called with
  /// none: a task that sends by its own schedule finishes what is on its way and begins no more.
  [[nodiscard]] virtual bool paused() const { return false; }
  /// Errors (fatal): a partition that is not assigned.
  virtual Result<void> pause(const PartitionSet& partitions) = 0;
  virtual Result<void> resume(const PartitionSet& partitions) = 0;
  /// A wish for a commit soon; no promise.
  virtual void request_commit() = 0;
  /// Null when the connector has neither a dead letter queue nor an error log.
  virtual ErrantRecordReporter* errant_record_reporter() = 0;
  virtual PluginMetrics& metrics() = 0;
};

/// Writes records from Kafka to another system.
/// Threads: one thread drives one task and no two of its methods overlap, so a task needs no locks.
/// Order:   initialize, start, (open, (put | flush | pre_commit)*, close)*, stop; a rebalance
///          repeats close and open with the partitions that come or go.
/// Source:  Kafka Connect 4.3, org.apache.kafka.connect.sink.SinkTask.
class SinkTask {
 public:
  virtual ~SinkTask() = default;

  /// context: valid until the task is destroyed.
  virtual Result<void> initialize(SinkTaskContext& context) {
    context_ = &context;
    return {};
  }
  virtual Result<void> start(const Config& config) = 0;
  virtual Result<void> open(const PartitionSet& /*added*/) { return {}; }

  /// Takes the next batch, in offset order within each partition, after the transforms.
  /// records: may be empty; valid only until put returns.
  /// Time:    a call longer than max.poll.interval.ms (300 000 ms by default) costs the task its
  ///          partitions.
  /// Errors:  retriable: the same batch is offered again; others: the task goes to FAILED, the
  ///          batch uncommitted.
  virtual Result<void> put(std::span<const SinkRecord> records) = 0;

  /// Makes everything up to these offsets durable. Only called by the default pre_commit.
  virtual Result<void> flush(const PartitionOffsets& /*offsets*/) { return {}; }
  /// Says what may be committed, of the offsets that put has been given; none: nothing yet.
  /// Errors: the task goes back to the last commit and lives on.
  virtual Result<PartitionOffsets> pre_commit(const PartitionOffsets& offsets) {
    MILLRACE_TRY(flush(offsets));
    return offsets;
  }
  virtual Result<void> close(const PartitionSet& /*removed*/) { return {}; }
  virtual Result<void> stop() { return {}; }

 protected:
  [[nodiscard]] SinkTaskContext& context() const { return *context_; }

 private:
  SinkTaskContext* context_ = nullptr;
};

/// Source: org.apache.kafka.connect.sink.SinkConnectorContext.
class SinkConnectorContext : public ConnectorContext {};

/// Source: org.apache.kafka.connect.sink.SinkConnector.
class SinkConnector : public Connector {
 public:
  virtual Result<void> initialize(SinkConnectorContext& context) {
    context_ = &context;
    return {};
  }
  /// Checks committed offsets that somebody wants to set (none: reset), and moves whatever the
  /// connector keeps outside. True: it did so, or keeps nothing. Errors: refused.
  virtual Result<bool> alter_offsets(
      const ConfigMap& /*properties*/,
      const std::map<TopicPartition, std::optional<std::int64_t>>& /*changes*/) {
    return false;
  }

 protected:
  [[nodiscard]] SinkConnectorContext& context() const { return *context_; }

 private:
  SinkConnectorContext* context_ = nullptr;
};

}  // namespace millrace

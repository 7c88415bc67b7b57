#pragma once

#include "millrace/connector.h"
#include "millrace/source_batch.h"

#include <chrono>
#include <optional>
#include <span>
#include <vector>

namespace millrace {

/// Reads the offsets that were stored for this connector.
/// Threads: any. Blocks while the store is read.
/// Errors:  fatal: the store cannot be read, or the task was cancelled.
/// Source:  org.apache.kafka.connect.storage.OffsetStorageReader.
class OffsetStorageReader {
 public:
  virtual ~OffsetStorageReader() = default;
  /// The offset last stored for a partition; none when there is none. Whole numbers come back as
  /// int64, others as float64.
  virtual Result<NullableOffsetMap> offset(const OffsetMap& partition) = 0;
  /// The same for several at once, in the order asked; one that cannot be read is none.
  virtual Result<std::vector<NullableOffsetMap>> offsets(std::span<const OffsetMap> partitions) = 0;
};

/// Where a task that defines its own transactions says where they end.
/// Threads: any. A request for a record wins over one for the batch that holds it.
/// Source:  org.apache.kafka.connect.source.TransactionContext.
class TransactionContext {
 public:
  virtual ~TransactionContext() = default;
  virtual void commit_transaction() = 0;  ///< after the current batch
  virtual void commit_transaction(const SourceRecord& after) = 0;
  virtual void abort_transaction() = 0;
  virtual void abort_transaction(const SourceRecord& after) = 0;
};

/// Source: org.apache.kafka.connect.source.SourceTaskContext.
class SourceTaskContext {
 public:
  virtual ~SourceTaskContext() = default;
  /// The task's configuration, its ${provider:…} variables resolved anew.
  virtual Result<ConfigMap> configs() = 0;
  virtual OffsetStorageReader& offsets() = 0;
  /// Null unless the connector is set to define its transactions.
  virtual TransactionContext* transactions() = 0;
  virtual PluginMetrics& metrics() = 0;
  /// Waits until the time is over or the task has to stop; true: stop, return from poll soon.
  /// A task that has nothing to do waits here, not in a sleep of its own: acknowledgements are
  /// taken care of meanwhile. Threads: the task's.
  virtual bool wait_for(std::chrono::milliseconds time) = 0;
};

/// What became of a record that was sent.
struct RecordMetadata {
  std::string_view topic;
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  std::int64_t timestamp = -1;  ///< milliseconds since the epoch; -1: not known
};

/// Reads records from another system.
/// Threads: one thread drives one task and no two of its methods overlap, so a task needs no
///          locks.
/// Order:   initialize, start, (poll | commit_record | commit)*, stop. stop is called even when
///          initialize or start failed.
/// Source:  org.apache.kafka.connect.source.SourceTask. There, commit and commitRecord come on
///          other threads.
class SourceTask {
 public:
  virtual ~SourceTask() = default;

  /// context: valid until the task is destroyed.
  virtual Result<void> initialize(SourceTaskContext& context) {
    context_ = &context;
    return {};
  }
  virtual Result<void> start(const Config& config) = 0;

  /// Appends the next records to an empty batch; none is fine. Returns regularly, at least every
  /// few seconds: pausing, stopping and committing wait for it. Use context().wait_for to idle.
  /// Errors: retriable: as if nothing had come; others: the task goes to FAILED.
  virtual Result<void> poll(SourceBatch& batch) = 0;

  /// A record has arrived in Kafka, or was left out (metadata null). record: as poll returned it.
  /// Errors are logged only.
  virtual Result<void> commit_record(const SourceRecord& /*record*/,
                                     const RecordMetadata* /*metadata*/) {
    return {};
  }
  /// Offsets were stored. Errors are logged only.
  virtual Result<void> commit() { return {}; }
  virtual Result<void> stop() { return {}; }

 protected:
  [[nodiscard]] SourceTaskContext& context() const { return *context_; }

 private:
  SourceTaskContext* context_ = nullptr;
};

/// Source: org.apache.kafka.connect.source.SourceConnectorContext.
class SourceConnectorContext : public ConnectorContext {
 public:
  virtual OffsetStorageReader& offsets() = 0;
};

enum class ExactlyOnceSupport : std::uint8_t { unknown, supported, unsupported };
enum class TransactionBoundaries : std::uint8_t { supported, unsupported };

/// The change of one source partition's offset: none deletes it.
struct OffsetChange {
  OffsetMap partition;
  NullableOffsetMap offset;
};

/// Source: org.apache.kafka.connect.source.SourceConnector.
class SourceConnector : public Connector {
 public:
  virtual Result<void> initialize(SourceConnectorContext& context) {
    context_ = &context;
    return {};
  }
  virtual Result<ExactlyOnceSupport> exactly_once_support(const ConfigMap& /*properties*/) {
    return ExactlyOnceSupport::unknown;
  }
  virtual Result<TransactionBoundaries> can_define_transaction_boundaries(
      const ConfigMap& /*properties*/) {
    return TransactionBoundaries::unsupported;
  }
  /// Checks offsets that somebody wants to set, and moves whatever the connector keeps outside.
  /// True: it did so, or keeps nothing. May be called again for the same change.
  /// Errors: the change is refused with this message.
  virtual Result<bool> alter_offsets(const ConfigMap& /*properties*/,
                                     std::span<const OffsetChange> /*changes*/) {
    return false;
  }

 protected:
  [[nodiscard]] SourceConnectorContext& context() const { return *context_; }

 private:
  SourceConnectorContext* context_ = nullptr;
};

}  // namespace millrace

#pragma once

#include <atomic>
#include <span>
#include <string>
#include <vector>

#include "millrace/source.h"
#include "storage/offset_store.h"

namespace millrace::storage {

/// Reads a connector's offsets out of the store.
/// Threads: any.
/// Errors:  fatal: the store cannot be read, or `close` was called. A partition or offset that
///          makes no sense is logged, and has no offset.
/// Source:  org.apache.kafka.connect.storage.OffsetStorageReaderImpl.
class OffsetReader final : public OffsetStorageReader {
 public:
  /// The store outlives the reader.
  OffsetReader(OffsetStore& store, std::string connector)
      : store_(store), connector_(std::move(connector)) {}

  Result<NullableOffsetMap> offset(const OffsetMap& partition) override;
  Result<std::vector<NullableOffsetMap>> offsets(std::span<const OffsetMap> partitions) override;

  /// Refuses every read from now on, and the answer of one that goes on: the task was cancelled.
  void close() { closed_.store(true, std::memory_order_release); }

 private:
  [[nodiscard]] Result<void> check_open() const;

  OffsetStore& store_;
  const std::string connector_;
  std::atomic<bool> closed_ = false;
};

/// One offset that is stored for a connector.
struct StoredOffset {
  NullableOffsetMap partition;
  OffsetMap offset;
};

/// All offsets of a connector, tombstones left out; what is stored under a key of unknown form is
/// nobody's. Errors (fatal): the store cannot be read.
Result<std::vector<StoredOffset>> stored_offsets(OffsetStore& store, std::string_view connector);

}  // namespace millrace::storage

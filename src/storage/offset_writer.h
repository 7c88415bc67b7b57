#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "millrace/record.h"
#include "storage/offset_store.h"

namespace millrace::storage {

/// Stores the offsets of one source task: keeps the newest of each partition and writes them all at
/// once. What a flush could not write comes back and is written by the next one, unless something
/// newer has come meanwhile.
/// Threads: any; of two flushes one waits for the other.
/// Source:  org.apache.kafka.connect.storage.OffsetStorageWriter.
class OffsetWriter {
 public:
  /// The store and the clock outlive the writer.
  OffsetWriter(OffsetStore& store, Clock& clock, std::string connector);

  /// Notes an offset in place of an older one of its partition; a null offset deletes. One that
  /// cannot be stored is noted too, and every flush fails until a newer one takes its place.
  void offset(const OffsetView& partition, const OffsetView& offset);
  void offset(const NullableOffsetMap& partition, const NullableOffsetMap& offset);

  /// Writes everything noted so far and waits until it is stored; how many offsets that were, 0 if
  /// there was nothing to do.
  /// timeout: for the whole, waiting for another flush included. A store that is done only later
  ///          counts as failed, and what it has to say by then is not heard.
  /// Errors:  retriable: not in time; bad_record: an offset that cannot be stored (nothing is); or
  ///          the store's own. After cancel: fatal.
  Result<std::size_t> flush(std::chrono::milliseconds timeout);

  /// Ends a flush that waits, and every one from now on: the task was given up.
  void cancel();

 private:
  using StoredValue = Result<NullableString>;  // or why it cannot be stored
  using Pending = std::map<std::string, StoredValue>;
  using Entries = std::vector<OffsetStore::Entry>;
  /// What a flush waits for. Shared with the store's callback, which may come when nobody waits.
  struct Wait {
    Mutex mutex;
    CondVar changed;
    bool cancelled GUARDED_BY(mutex) = false;
    bool flushing GUARDED_BY(mutex) = false;
    std::uint64_t flush GUARDED_BY(mutex) = 0;  // its number; answers to others are not heard
    std::optional<Result<void>> answer GUARDED_BY(mutex);
  };

  struct Limit {
    Clock::Time deadline;
    std::chrono::milliseconds timeout;
  };

  void note(Result<std::string> key, Result<NullableString> value);
  /// The number of this flush, once no other one runs.
  Result<std::uint64_t> begin(const Limit& limit);
  Result<Entries> take_pending(Pending& taken);
  Result<void> store(const Entries& entries, std::uint64_t flush, const Limit& limit);
  void merge_back(Pending taken);
  void end();

  OffsetStore& store_;
  Clock& clock_;
  const std::string connector_;
  const std::shared_ptr<Wait> wait_;
  Mutex mutex_;
  Pending pending_ GUARDED_BY(mutex_);
};

}  // namespace millrace::storage

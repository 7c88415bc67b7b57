#pragma once

#include "base/mutex.h"
#include "storage/offset_store.h"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace millrace::pipeline {

/// Offsets in memory. It answers at once, or fails, or keeps its answer back for a later time.
/// Threads: any.
class MemoryStore final : public storage::OffsetStore {
 public:
  MemoryStore();
  ~MemoryStore() override;

  Result<void> load() override;
  Result<std::vector<storage::NullableString>> get(std::span<const std::string> keys) override;
  void set(std::span<const Entry> entries, Callback done) override;
  Result<storage::ByteMap> entries() override;

  void be_slow(bool slow);
  void fail(std::optional<Error> error);
  /// What it has kept back comes now.
  void answer_late();
  /// How often it was asked to write.
  [[nodiscard]] int writes() const;
  /// The stored text; "none" without an entry, "tombstone" for a deleted one.
  [[nodiscard]] std::string find(const std::string& key) const;

 private:
  mutable Mutex mutex_;
  std::map<std::string, storage::NullableString> entries_ GUARDED_BY(mutex_);
  std::vector<Callback> late_ GUARDED_BY(mutex_);
  std::optional<Error> error_ GUARDED_BY(mutex_);
  bool slow_ GUARDED_BY(mutex_) = false;
  int writes_ GUARDED_BY(mutex_) = 0;
};

}  // namespace millrace::pipeline

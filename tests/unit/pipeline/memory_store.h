#pragma once

#include "base/mutex.h"
#include "storage/offset_store.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace millrace::pipeline {

/// Offsets in memory. It answers at once, or fails, or keeps its answer back for a later time.
/// Threads: any.
class MemoryStore final : public storage::OffsetStore {
 public:
  Result<void> load() override { return {}; }
  Result<std::vector<storage::NullableString>> get(std::span<const std::string> keys) override {
    const MutexLock lock(mutex_);
    std::vector<storage::NullableString> values;
    for (const std::string& key : keys) {
      const auto it = entries_.find(key);
      values.push_back(it == entries_.end() ? std::nullopt : it->second);
    }
    return values;
  }
  void set(std::span<const Entry> entries, Callback done) override {
    const MutexLock lock(mutex_);
    ++writes_;
    if (slow_) {
      late_.push_back(std::move(done));
      return;
    }
    if (error_) {
      done(*error_);
      return;
    }
    for (const auto& [key, value] : entries) entries_.insert_or_assign(key, value);
    done({});
  }
  Result<storage::ByteMap> entries() override { return storage::ByteMap(); }

  void be_slow(bool slow) {
    const MutexLock lock(mutex_);
    slow_ = slow;
  }
  void fail(std::optional<Error> error) {
    const MutexLock lock(mutex_);
    error_ = std::move(error);
  }
  /// What it has kept back comes now.
  void answer_late() {
    const MutexLock lock(mutex_);
    for (const Callback& done : std::exchange(late_, {})) done({});
  }
  /// How often it was asked to write.
  [[nodiscard]] int writes() const {
    const MutexLock lock(mutex_);
    return writes_;
  }
  /// The stored text; "none" without an entry, "tombstone" for a deleted one.
  [[nodiscard]] std::string find(const std::string& key) const {
    const MutexLock lock(mutex_);
    const auto it = entries_.find(key);
    if (it == entries_.end()) return "none";
    return it->second ? *it->second : "tombstone";
  }

 private:
  mutable Mutex mutex_;
  std::map<std::string, storage::NullableString> entries_ GUARDED_BY(mutex_);
  std::vector<Callback> late_ GUARDED_BY(mutex_);
  std::optional<Error> error_ GUARDED_BY(mutex_);
  bool slow_ GUARDED_BY(mutex_) = false;
  int writes_ GUARDED_BY(mutex_) = 0;
};

}  // namespace millrace::pipeline

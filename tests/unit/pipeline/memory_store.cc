#include "memory_store.h"

#include <utility>

namespace millrace::pipeline {

MemoryStore::MemoryStore() = default;
MemoryStore::~MemoryStore() = default;

Result<void> MemoryStore::load() { return {}; }

Result<std::vector<storage::NullableString>> MemoryStore::get(std::span<const std::string> keys) {
  const MutexLock lock(mutex_);
  std::vector<storage::NullableString> values;
  for (const std::string& key : keys) {
    const auto it = entries_.find(key);
    values.push_back(it == entries_.end() ? std::nullopt : it->second);
  }
  return values;
}

void MemoryStore::set(std::span<const Entry> entries, Callback done) {
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

Result<storage::ByteMap> MemoryStore::entries() { return storage::ByteMap(); }

void MemoryStore::be_slow(bool slow) {
  const MutexLock lock(mutex_);
  slow_ = slow;
}

void MemoryStore::fail(std::optional<Error> error) {
  const MutexLock lock(mutex_);
  error_ = std::move(error);
}

void MemoryStore::answer_late() {
  const MutexLock lock(mutex_);
  for (const Callback& done : std::exchange(late_, {})) done({});
}

int MemoryStore::writes() const {
  const MutexLock lock(mutex_);
  return writes_;
}

std::string MemoryStore::find(const std::string& key) const {
  const MutexLock lock(mutex_);
  const auto it = entries_.find(key);
  if (it == entries_.end()) return "none";
  return it->second ? *it->second : "tombstone";
}

}  // namespace millrace::pipeline

#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "millrace/result.h"
#include "storage/java_map_file.h"

namespace millrace::storage {

/// Where source offsets are kept: keys and values as offset_json.h writes them.
/// Two keys that name the same partition, however their bytes differ, are the same to a store: what
/// a Java worker wrote is found, and overwritten under its own key bytes.
/// Threads: any.
/// Source:  org.apache.kafka.connect.storage.OffsetBackingStore.
class OffsetStore {
 public:
  using Entry = std::pair<std::string, NullableString>;
  /// Called once, on any thread, possibly before `set` returns.
  using Callback = std::function<void(Result<void>)>;

  virtual ~OffsetStore() = default;
  /// Reads what is there; once, before everything else. Blocks.
  virtual Result<void> load() = 0;
  /// The values of these keys, in order; none where there is no offset. May block.
  virtual Result<std::vector<NullableString>> get(std::span<const std::string> keys) = 0;
  /// Stores all entries, or fails and leaves the old ones; a value of none is a tombstone.
  /// May block. The callback is not called later than the store's destruction.
  virtual void set(std::span<const Entry> entries, Callback done) = 0;
  /// Everything that is stored, keys of unknown form and tombstones included. May block.
  virtual Result<ByteMap> entries() = 0;
};

/// Stored bytes by key, found by what the key means as well.
/// Threads: one at a time.
class OffsetTable {
 public:
  OffsetTable() = default;
  explicit OffsetTable(ByteMap entries);

  [[nodiscard]] NullableString find(const std::string& key) const;
  void set(const std::string& key, NullableString value);
  /// As it stands in a topic: under these very bytes, even if others mean the same. Of those the
  /// one that was put last with an offset stands for all, see meant_by.
  void put(const std::string& key, NullableString value);
  /// The stored key that stands for what this one means; the same if there is none.
  [[nodiscard]] std::string meant_by(const std::string& key) const;
  [[nodiscard]] const ByteMap& entries() const { return entries_; }

 private:
  [[nodiscard]] ByteMap::const_iterator locate(const std::string& key) const;

  ByteMap entries_;
  std::map<std::string, std::string> stored_keys_;  // by canonical_key
};

/// The offset file of a standalone worker (offset.storage.file.filename), in Java's format.
/// `set` writes the whole file before it returns, so does the callback come; readers do not wait
/// for that. What could not be written is not shown to readers either.
/// Errors (fatal), all naming the file: load: it is there but not readable, or no offset file; set:
/// the system's reason, such as "No space left on device", with the old file still in place.
class FileOffsetStore final : public OffsetStore {
 public:
  explicit FileOffsetStore(std::filesystem::path file) : file_(std::move(file)) {}

  /// A file that is missing, empty or cut short holds no offsets; the last is logged.
  Result<void> load() override;
  Result<std::vector<NullableString>> get(std::span<const std::string> keys) override;
  void set(std::span<const Entry> entries, Callback done) override;
  Result<ByteMap> entries() override;

 private:
  Result<void> save(std::span<const Entry> entries);

  const std::filesystem::path file_;
  Mutex saving_;         // one writer at a time; taken before mutex_
  mutable Mutex mutex_;  // never held while a file is read or written
  OffsetTable table_ GUARDED_BY(mutex_);
};

}  // namespace millrace::storage

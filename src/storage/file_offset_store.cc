#include "base/log.h"
#include "storage/file_io.h"
#include "storage/offset_json.h"
#include "storage/offset_store.h"

namespace millrace::storage {
namespace {

log::Logger& logger() {
  static log::Logger& instance =
      log::logger("org.apache.kafka.connect.storage.FileOffsetBackingStore");
  return instance;
}

}  // namespace

Result<void> FileOffsetStore::load() {
  Result<std::optional<std::string>> content = read_whole_file(file_);
  if (!content) return std::move(content.error()).at("loading source offsets");
  JavaMap map;
  if (*content && !(*content)->empty()) {
    Result<JavaMap> parsed = parse_java_map(**content);
    if (!parsed) {
      return Error{ErrorCode::fatal,
                   "file '" + file_.string() +
                       "' is not a Kafka Connect offset file: " + parsed.error().message()};
    }
    map = std::move(*parsed);
  }
  if (map.cut_short) {
    logger().warn("Offset file '{}' is cut short after {} bytes; no source offset is known",
                  file_.string(), (*content)->size());
  }
  for (const auto& [key, value] : map.entries) {
    if (!key || !canonical_key(*key)) {
      logger().warn("Offset file '{}' has the key {}, which names no source partition; it is kept",
                    file_.string(), key ? "'" + *key + "'" : "null");
    }
  }
  logger().info("Read {} source offsets from '{}'", map.entries.size(), file_.string());
  MutexLock lock(mutex_);
  table_ = OffsetTable(std::move(map.entries));
  return {};
}

Result<std::vector<NullableString>> FileOffsetStore::get(std::span<const std::string> keys) {
  std::vector<NullableString> values;
  MutexLock lock(mutex_);
  for (const std::string& key : keys) values.push_back(table_.find(key));
  return values;
}

void FileOffsetStore::set(std::span<const Entry> entries, Callback done) { done(save(entries)); }

Result<void> FileOffsetStore::save(std::span<const Entry> entries) {
  MutexLock saving(saving_);
  OffsetTable next;
  {
    MutexLock lock(mutex_);
    next = table_;
  }
  for (const Entry& entry : entries) next.set(entry.first, entry.second);
  if (Result<void> written = replace_file(file_, write_java_map(next.entries())); !written) {
    return std::move(written.error()).at("storing source offsets in '" + file_.string() + "'");
  }
  MutexLock lock(mutex_);
  table_ = std::move(next);
  return {};
}

Result<ByteMap> FileOffsetStore::entries() {
  MutexLock lock(mutex_);
  return table_.entries();
}

}  // namespace millrace::storage

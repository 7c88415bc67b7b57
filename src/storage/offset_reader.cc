#include "storage/offset_reader.h"

#include "base/log.h"
#include "storage/offset_json.h"

namespace millrace::storage {
namespace {

log::Logger& logger() {
  static log::Logger& instance =
      log::logger("org.apache.kafka.connect.storage.OffsetStorageReaderImpl");
  return instance;
}

}  // namespace

Result<void> OffsetReader::check_open() const {
  if (!closed_.load(std::memory_order_acquire)) return {};
  return Error{ErrorCode::fatal, "the offsets of connector '" + connector_ +
                                     "' can no longer be read: its task was cancelled"};
}

Result<NullableOffsetMap> OffsetReader::offset(const OffsetMap& partition) {
  Result<std::vector<NullableOffsetMap>> found = offsets(std::span(&partition, 1));
  if (!found) return std::move(found.error());
  return std::move(found->front());
}

Result<std::vector<NullableOffsetMap>> OffsetReader::offsets(
    std::span<const OffsetMap> partitions) {
  MILLRACE_TRY(check_open());
  std::vector<std::string> keys;
  std::vector<std::size_t> places;  // of each key's partition
  for (std::size_t i = 0; i < partitions.size(); ++i) {
    Result<std::string> key = offset_key(connector_, NullableOffsetMap(partitions[i]));
    if (!key) {
      logger().error("No offset can be looked up: {}", key.error().message());
      continue;
    }
    keys.push_back(std::move(*key));
    places.push_back(i);
  }
  Result<std::vector<NullableString>> values = store_.get(keys);
  MILLRACE_TRY(check_open());
  if (!values) return std::move(values.error());
  std::vector<NullableOffsetMap> found(partitions.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    Result<NullableOffsetMap> offset = parse_offset_value((*values)[i]);
    if (offset) {
      found[places[i]] = std::move(*offset);
    } else {
      logger().error("The offset stored under {} is left out: {}", keys[i],
                     offset.error().message());
    }
  }
  return found;
}

Result<std::vector<StoredOffset>> stored_offsets(OffsetStore& store, std::string_view connector) {
  Result<ByteMap> entries = store.entries();
  if (!entries) return std::move(entries.error());
  std::vector<StoredOffset> offsets;
  for (const auto& [key, value] : *entries) {
    if (!key || !value) continue;
    Result<OffsetKey> whose = parse_offset_key(*key);
    if (!whose || whose->connector != connector) continue;
    Result<NullableOffsetMap> offset = parse_offset_value(value);
    if (offset && *offset) {
      offsets.push_back({std::move(whose->partition), std::move(**offset)});
    } else if (!offset) {
      logger().warn("The offset stored under {} is left out: {}", *key, offset.error().message());
    }
  }
  return offsets;
}

}  // namespace millrace::storage

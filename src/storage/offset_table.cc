#include "storage/offset_json.h"
#include "storage/offset_store.h"

namespace millrace::storage {

OffsetTable::OffsetTable(ByteMap entries) : entries_(std::move(entries)) {
  for (const auto& [key, value] : entries_) {
    if (!key) continue;
    if (std::optional<std::string> canonical = canonical_key(*key)) {
      // Where two keys name one partition, the one that has an offset stands for it.
      const auto [place, added] = stored_keys_.emplace(std::move(*canonical), *key);
      if (!added && value) place->second = *key;
    }
  }
}

ByteMap::const_iterator OffsetTable::locate(const std::string& key) const {
  if (const auto exact = entries_.find(key); exact != entries_.end()) return exact;
  const std::optional<std::string> canonical = canonical_key(key);
  const auto stored = canonical ? stored_keys_.find(*canonical) : stored_keys_.end();
  return stored == stored_keys_.end() ? entries_.end() : entries_.find(stored->second);
}

NullableString OffsetTable::find(const std::string& key) const {
  const auto found = locate(key);
  return found == entries_.end() ? NullableString{} : found->second;
}

void OffsetTable::set(const std::string& key, NullableString value) {
  if (const auto found = locate(key); found != entries_.end()) {
    entries_.insert_or_assign(found->first, std::move(value));
    return;
  }
  if (std::optional<std::string> canonical = canonical_key(key)) {
    stored_keys_.emplace(std::move(*canonical), key);
  }
  entries_.emplace(key, std::move(value));
}

void OffsetTable::put(const std::string& key, NullableString value) {
  const bool has_offset = value.has_value();
  entries_.insert_or_assign(key, std::move(value));
  if (std::optional<std::string> canonical = canonical_key(key)) {
    const auto [place, added] = stored_keys_.emplace(std::move(*canonical), key);
    if (!added && has_offset) place->second = key;
  }
}

std::string OffsetTable::meant_by(const std::string& key) const {
  const std::optional<std::string> canonical = canonical_key(key);
  const auto stored = canonical ? stored_keys_.find(*canonical) : stored_keys_.end();
  return stored == stored_keys_.end() ? key : stored->second;
}

}  // namespace millrace::storage

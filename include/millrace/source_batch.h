#pragma once

#include "millrace/batch_memory.h"
#include "millrace/record.h"

#include <cstring>
#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace millrace {

/// The records of one poll and the memory that they point into. It lives until all of its records
/// are acknowledged, and is then used again: what is put here costs no allocation in the long run.
/// Threads: filled by the task's thread inside poll.
class SourceBatch {
 public:
  SourceBatch() = default;
  SourceBatch(const SourceBatch&) = delete;
  SourceBatch& operator=(const SourceBatch&) = delete;

  /// Appends an empty record to be filled in. The reference is valid until the next add.
  SourceRecord& add() { return records_.emplace_back(); }

  /// Copies characters into the batch; the view is as long-lived as the records.
  std::string_view keep(std::string_view text) {
    if (text.empty()) return {};
    char* place = static_cast<char*>(memory_.allocate(text.size(), 1));
    std::memcpy(place, text.data(), text.size());
    return {place, text.size()};
  }
  /// The same as a Text that a record can carry.
  Text keep_text(std::string_view text) { return Text::borrow(keep(text)); }

  /// Lays a partition or offset into the batch. Keys are not copied: literals, or texts that the
  /// task or the batch keeps. Values that borrow must borrow from such memory too.
  OffsetView entries(std::initializer_list<OffsetEntry> list) {
    auto* place = static_cast<OffsetEntry*>(
        memory_.allocate(list.size() * sizeof(OffsetEntry), alignof(OffsetEntry)));
    std::uninitialized_copy(list.begin(), list.end(), place);
    const std::span<OffsetEntry> laid(place, list.size());
    for (const OffsetEntry& entry : laid) {
      if (!is_plain(entry.value)) {
        owning_.push_back(laid);
        break;
      }
    }
    return OffsetView(laid);
  }

  [[nodiscard]] std::span<SourceRecord> records() { return records_; }
  [[nodiscard]] std::span<const SourceRecord> records() const { return records_; }
  [[nodiscard]] std::size_t size() const { return records_.size(); }
  [[nodiscard]] bool empty() const { return records_.empty(); }

  /// Forgets the records; their memory is used again.
  void clear() {
    records_.clear();
    for (const std::span<OffsetEntry> entries : owning_)
      std::destroy(entries.begin(), entries.end());
    owning_.clear();
    memory_.clear();
  }
  ~SourceBatch() { clear(); }

 private:
  /// Numbers and what is borrowed need no destructor; a batch of them is forgotten without a walk.
  static bool is_plain(const Value& value) {
    if (const Text* text = value.get_if<Text>()) return text->borrowed() || text->empty();
    return value.kind() <= ValueKind::boolean || value.kind() == ValueKind::instant;
  }

  std::vector<SourceRecord> records_;
  std::vector<std::span<OffsetEntry>> owning_;
  BatchMemory memory_;
};

}  // namespace millrace

#pragma once

#include "millrace/schema.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace millrace::transform {

/// What a transformation has worked out for the schemas that it met last, 16 of them: the new
/// schema, and where its fields come from. An entry must not point into the schema that it was made
/// for, in whose place an equal one may come. Records mostly carry the very schema of the one
/// before them, so schemas are compared by address first, and by content only when that fails.
/// Threads: the task's.
template <class Entry>
class SchemaCache {
 public:
  static constexpr std::size_t capacity = 16;

  /// The entry for this schema, or for one that is equal to it; else what `make` returns
  /// (Result<Entry>). Valid until the next call.
  template <class Make>
  Result<const Entry*> get(const SchemaPtr& schema, Make make) {
    Slot* slot = find(schema);
    if (slot == nullptr) {
      Result<Entry> made = make();
      if (!made) return std::move(made.error());
      slot = &free_slot();
      *slot = {schema, *std::move(made), 0};
    }
    slot->last_used = ++clock_;
    return &slot->entry;
  }
  [[nodiscard]] std::size_t size() const { return slots_.size(); }

 private:
  struct Slot {
    SchemaPtr schema;  ///< kept, so that no other schema can come to its address
    Entry entry;
    std::uint64_t last_used = 0;
  };

  Slot* find(const SchemaPtr& schema) {
    for (Slot& slot : slots_) {
      if (slot.schema == schema) return &slot;
    }
    for (Slot& slot : slots_) {
      if (!(*slot.schema == *schema)) continue;
      slot.schema = schema;  // whoever built it anew will come with that one again
      return &slot;
    }
    return nullptr;
  }

  Slot& free_slot() {
    if (slots_.size() < capacity) return slots_.emplace_back();
    return *std::ranges::min_element(slots_, {}, &Slot::last_used);
  }

  std::vector<Slot> slots_;
  std::uint64_t clock_ = 0;  ///< counts calls
};

}  // namespace millrace::transform

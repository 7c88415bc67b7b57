#pragma once

#include <cstddef>
#include <functional>
#include <iterator>
#include <list>
#include <unordered_map>
#include <utility>

namespace millrace::convert {

/// Keeps the entries that were used last, `capacity` of them at most (0: none).
/// Threads: one.
template <class Key, class Entry, class Hash = std::hash<Key>>
class LruCache {
 public:
  explicit LruCache(std::size_t capacity = 0) : capacity_(capacity) {}

  /// The entry, or null. Valid until the next `put`.
  template <class AnyKey>
  Entry* find(const AnyKey& key) {
    const auto place = places_.find(key);
    if (place == places_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, place->second);
    return &place->second->second;
  }
  /// Adds an entry under a key that is not there yet.
  void put(Key key, Entry entry) {
    if (capacity_ == 0) return;
    if (entries_.size() >= capacity_) {
      places_.erase(entries_.back().first);
      entries_.pop_back();
    }
    entries_.emplace_front(key, std::move(entry));
    places_.emplace(std::move(key), entries_.begin());
  }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  using Entries = std::list<std::pair<Key, Entry>>;  // most recently used first
  std::size_t capacity_;
  Entries entries_;
  std::unordered_map<Key, typename Entries::iterator, Hash, std::equal_to<>> places_;
};

}  // namespace millrace::convert

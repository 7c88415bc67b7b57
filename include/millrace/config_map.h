#pragma once

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {

/// A configuration as it was written: texts, in order of appearance, some of them null.
/// Small (tens of keys); lookups walk it.
/// Source: the Map<String, String> of the Java API, with the order that REST answers echo.
class ConfigMap {
 public:
  using Entry = std::pair<std::string, std::optional<std::string>>;

  ConfigMap() = default;
  ConfigMap(std::initializer_list<Entry> entries) {
    for (const Entry& entry : entries) set(entry.first, entry.second);
  }

  /// Replaces in place, or appends.
  void set(std::string key, std::optional<std::string> value) {
    if (Entry* entry = find_entry(key)) {
      entry->second = std::move(value);
    } else {
      entries_.emplace_back(std::move(key), std::move(value));
    }
  }
  void erase(std::string_view key) {
    std::erase_if(entries_, [key](const Entry& entry) { return entry.first == key; });
  }
  /// The text, or null when the key is absent or its value is null.
  [[nodiscard]] const std::string* find(std::string_view key) const {
    const Entry* entry = const_cast<ConfigMap*>(this)->find_entry(key);
    return entry != nullptr && entry->second ? &*entry->second : nullptr;
  }
  [[nodiscard]] bool contains(std::string_view key) const {
    return const_cast<ConfigMap*>(this)->find_entry(key) != nullptr;
  }
  [[nodiscard]] std::string get_or(std::string_view key, std::string_view fallback) const {
    const std::string* value = find(key);
    return value != nullptr ? *value : std::string(fallback);
  }
  /// The keys that start with the prefix, without it.
  [[nodiscard]] ConfigMap with_prefix(std::string_view prefix) const {
    ConfigMap part;
    for (const Entry& entry : entries_) {
      if (entry.first.size() > prefix.size() && entry.first.starts_with(prefix)) {
        part.set(entry.first.substr(prefix.size()), entry.second);
      }
    }
    return part;
  }

  [[nodiscard]] bool empty() const { return entries_.empty(); }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] auto begin() const { return entries_.begin(); }
  [[nodiscard]] auto end() const { return entries_.end(); }

  /// Same keys, same values, in any order.
  friend bool operator==(const ConfigMap& a, const ConfigMap& b) {
    return a.size() == b.size() && std::all_of(a.begin(), a.end(), [&b](const Entry& entry) {
             const Entry* other = const_cast<ConfigMap&>(b).find_entry(entry.first);
             return other != nullptr && other->second == entry.second;
           });
  }

 private:
  Entry* find_entry(std::string_view key) {
    const auto it = std::find_if(entries_.begin(), entries_.end(),
                                 [key](const Entry& e) { return e.first == key; });
    return it == entries_.end() ? nullptr : &*it;
  }

  std::vector<Entry> entries_;
};

}  // namespace millrace

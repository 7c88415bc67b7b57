#pragma once

#include "millrace/result.h"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::transform {

/// What was found out about the topics that came last, 16 of them, errors included: a task sees
/// few topics and many records of each, and a regular expression is dear.
/// Threads: the task's.
template <class T>
class TopicMemo {
 public:
  static constexpr std::size_t capacity = 16;

  /// find_out: Result<T>(), asked when the topic is not among the last ones.
  template <class FindOut>
  const Result<T>& get(std::string_view topic, FindOut find_out) {
    if (known_[last_].answer && known_[last_].topic == topic) return *known_[last_].answer;
    for (std::size_t i = 0; i < capacity; ++i) {
      if (known_[i].answer && known_[i].topic == topic) return *known_[last_ = i].answer;
    }
    last_ = next_;
    next_ = (next_ + 1) % capacity;
    known_[last_].topic = topic;
    return known_[last_].answer.emplace(find_out());
  }

 private:
  struct Known {
    std::string topic;
    std::optional<Result<T>> answer;
  };
  std::array<Known, capacity> known_;
  std::size_t last_ = 0;  ///< asked for last
  std::size_t next_ = 0;  ///< to be replaced next: the oldest
};

}  // namespace millrace::transform

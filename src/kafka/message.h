#pragma once

#include "millrace/converter.h"
#include "millrace/record.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace millrace::kafka {

struct MessageHeader {
  std::string_view name;
  NullableBytes value;
};

/// One message as the client holds it; everything is a view that lives as long as its batch.
struct Message {
  std::string_view topic;
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  NullableBytes key;
  NullableBytes value;
  std::int64_t timestamp = -1;  ///< milliseconds since the epoch; -1: none
  TimestampType timestamp_type = TimestampType::none;
  std::span<const MessageHeader> headers;
};

/// The messages of one poll. Clearing or destroying it gives their memory back to the client.
/// Threads: the task's.
class MessageBatch {
 public:
  /// Keeps the memory behind the messages; released with the batch.
  class Holder {
   public:
    virtual ~Holder() = default;
    /// Called before the next use and at the end.
    virtual void release() = 0;
  };

  MessageBatch() = default;
  MessageBatch(const MessageBatch&) = delete;
  MessageBatch& operator=(const MessageBatch&) = delete;
  ~MessageBatch() { clear(); }

  [[nodiscard]] std::span<const Message> messages() const { return messages_; }
  [[nodiscard]] bool empty() const { return messages_.empty(); }
  void clear() {
    messages_.clear();
    if (holder_) holder_->release();
  }
  /// Removes what the predicate names, for partitions that were taken away.
  template <class Predicate>
  void remove_if(Predicate predicate) {
    std::erase_if(messages_, predicate);
  }

  /// For the consumer that fills it.
  [[nodiscard]] std::vector<Message>& fill() { return messages_; }
  [[nodiscard]] std::unique_ptr<Holder>& holder() { return holder_; }

 private:
  std::unique_ptr<Holder> holder_;
  std::vector<Message> messages_;
};

}  // namespace millrace::kafka

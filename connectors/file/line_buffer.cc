#include "file/line_buffer.h"

#include <algorithm>
#include <cstring>
#include <new>

namespace millrace::file {

LineBuffer::LineBuffer(std::size_t longest_line) : longest_line_(longest_line) {
  resize(first_capacity);
}

void LineBuffer::resize(std::size_t capacity) {
  auto* larger = static_cast<char*>(std::realloc(memory_.get(), capacity));
  if (larger == nullptr) throw std::bad_alloc();  // as any container of the library would
  static_cast<void>(memory_.release());
  memory_.reset(larger);
  capacity_ = capacity;
}

std::span<char> LineBuffer::space() {
  if (start_ > 0) {
    // Lines are taken before more is read, so what moves is a piece of one line, once.
    std::memmove(memory_.get(), memory_.get() + start_, end_ - start_);
    for (Mark* mark : {&feed_, &carriage_return_}) {
      mark->found = mark->found && mark->at >= start_;
      mark->at = std::max(mark->at, start_) - start_;
    }
    end_ -= start_;
    start_ = 0;
  }
  if (pending() == 0 && capacity_ > usual_capacity) resize(usual_capacity);
  const bool pays = filled_up_ && capacity_ < usual_capacity;
  if (pays || end_ == capacity_) {
    // Two more than a line: the end of the longest one has to fit in as well.
    const std::size_t most = std::max(longest_line_ + 2, first_capacity);
    resize(std::max(capacity_, std::min(capacity_ * 2, most)));
  }
  filled_up_ = false;
  if (end_ > longest_line_ + 1) return {};
  return {memory_.get() + end_, capacity_ - end_};
}

void LineBuffer::filled(std::size_t bytes) {
  end_ += bytes;
  filled_up_ = end_ == capacity_;
}

void LineBuffer::look_for(Mark& mark) const {
  if (mark.at < start_) {
    mark.at = start_;
    mark.found = false;
  }
  if (mark.found) return;
  const void* hit = std::memchr(memory_.get() + mark.at, mark.character, end_ - mark.at);
  mark.found = hit != nullptr;
  mark.at =
      mark.found ? static_cast<std::size_t>(static_cast<const char*>(hit) - memory_.get()) : end_;
}

std::optional<LineBuffer::Line> LineBuffer::next() {
  look_for(feed_);
  look_for(carriage_return_);
  std::size_t line_end = feed_.at;
  std::size_t after = feed_.at + 1;
  if (carriage_return_.found && (!feed_.found || carriage_return_.at < feed_.at)) {
    line_end = carriage_return_.at;
    if (line_end + 1 == end_) return std::nullopt;  // a \n may follow
    after = line_end + (feed_.found && feed_.at == line_end + 1 ? 2 : 1);
  } else if (!feed_.found) {
    return std::nullopt;
  }
  const Line line{{memory_.get() + start_, line_end - start_}, after - start_};
  start_ = after;
  return line;
}

void LineBuffer::relax() {
  if (pending() != 0 || capacity_ == first_capacity) return;
  start_ = end_ = 0;
  feed_ = Mark{'\n'};
  carriage_return_ = Mark{'\r'};
  filled_up_ = false;
  resize(first_capacity);
}

}  // namespace millrace::file

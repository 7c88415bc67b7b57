#include "file/source_task.h"

#include "file/utf8.h"
#include "millrace/plugin_log.h"

#include <algorithm>
#include <chrono>

namespace millrace::file {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view logger = "org.apache.kafka.connect.file.FileStreamSourceTask";
constexpr std::chrono::milliseconds idle_time = 1s;
/// A poll ends after so many bytes of lines, however few they are, so that a batch stays small.
constexpr std::size_t batch_bytes = std::size_t{4} * 1024 * 1024;
/// How long a wait on a stream goes on without asking whether the task has to stop.
constexpr std::chrono::milliseconds stream_slice = 250ms;

std::int64_t now_in_milliseconds() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

}  // namespace

Result<void> FileSourceTask::start(const Config& config) {
  if (const std::string* path = config.find<std::string>("file")) path_ = *path;
  topic_ = config.get<std::string>("topic");
  batch_size_ = static_cast<std::size_t>(std::max(1, config.get<std::int32_t>("batch.size")));
  return {};
}

Result<void> FileSourceTask::stop() {
  input_.close();
  return {};
}

Result<void> FileSourceTask::poll(SourceBatch& batch) {
  if (!input_.is_open()) {
    MILLRACE_TRY(open());
    if (!input_.is_open()) {
      context().wait_for(idle_time);
      return {};
    }
  }
  if (failure_) return *failure_;
  if (Result<void> read = read_lines(batch); !read) {
    // What came before it is delivered first; the failure is the answer to the next poll.
    if (batch.empty()) return read;
    failure_ = std::move(read.error());
  }
  if (batch.empty()) wait_for_more();
  return {};
}

Result<void> FileSourceTask::open() {
  if (path_.empty()) {
    input_.open_standard_input();
    condition_ = Condition::reading;
    log_info(logger, "reads from the standard input; no place in it is stored");
    return {};
  }
  const Result<Input::State> state = input_.open(path_);
  if (!state) return state.error();
  switch (*state) {
    case Input::State::missing:
      note(Condition::missing, "file '" + path_ + "' does not exist; waiting for it to be created");
      return {};
    case Input::State::directory:
      note(Condition::directory, "'" + path_ + "' is a directory; waiting for a file in its place");
      return {};
    case Input::State::open: break;
  }
  if (Result<void> gone = go_to_stored_offset(); !gone) {
    input_.close();
    return gone;
  }
  condition_ = Condition::reading;
  log_info(logger, "reads " + input_.name() + " from byte " + std::to_string(position_));
  return {};
}

Result<void> FileSourceTask::go_to_stored_offset() {
  position_ = 0;
  const Result<NullableOffsetMap> stored =
      context().offsets().offset({{std::string(filename_key), Value(path_)}});
  if (!stored) return stored.error();
  if (!*stored) return {};
  const auto entry = (*stored)->find(position_key);
  if (entry == (*stored)->end() || entry->second.is_null()) return {};
  const std::int64_t* position = entry->second.get_if<std::int64_t>();
  if (position == nullptr) {
    return Error{ErrorCode::fatal, "Offset position is the incorrect type: " +
                                       std::string(entry->second.java_class()) + " for file '" +
                                       path_ + "'"};
  }
  if (*position < 0) {
    return Error{ErrorCode::fatal, "Offset position " + std::to_string(*position) + " for file '" +
                                       path_ + "' is negative"};
  }
  const Result<bool> moved = input_.seek(*position);
  if (!moved) return moved.error();
  if (*moved) {
    position_ = *position;
  } else if (*position > 0) {
    log_warn(logger, input_.name() + " is a stream: its bytes up to the stored position " +
                         std::to_string(*position) + " cannot be skipped");
  }
  return {};
}

Result<void> FileSourceTask::read_lines(SourceBatch& batch) {
  for (std::size_t bytes = 0; batch.size() < batch_size_ && bytes < batch_bytes;) {
    const std::optional<LineBuffer::Line> line = lines_.next();
    if (!line) {
      const Result<bool> more = read_more();
      if (!more) return more.error();
      if (!*more) return {};
      continue;
    }
    if (line->text.size() > longest_line) return line_too_long();
    position_ += static_cast<std::int64_t>(line->bytes);
    bytes += line->bytes;
    add(batch, line->text);
  }
  return {};
}

Result<bool> FileSourceTask::read_more() {
  const std::span<char> space = lines_.space();
  if (space.empty()) return line_too_long();
  const Result<std::size_t> got = input_.read(space);
  if (!got) return got.error();
  lines_.filled(*got);
  return *got > 0;
}

void FileSourceTask::add(SourceBatch& batch, std::string_view line) {
  if (batch.empty()) {
    batch_topic_ = batch.keep_text(topic_);
    batch_partition_ = path_.empty()
                           ? OffsetView()
                           : batch.entries({{filename_key, Value(batch.keep_text(path_))}});
    batch_time_ = now_in_milliseconds();
  }
  if (!is_valid_utf8(line)) [[unlikely]] {
    repaired_.clear();
    append_repaired_utf8(line, repaired_);
    line = batch.keep(repaired_);
    if (repaired_.capacity() > LineBuffer::usual_capacity) repaired_ = std::string();
  } else {
    line = batch.keep(line);
  }
  SourceRecord& record = batch.add();
  record.topic = batch_topic_;
  record.value_schema = schemas::string();
  record.value = Value(Text::borrow(line));
  record.timestamp = batch_time_;
  if (!path_.empty()) {
    record.source_partition = batch_partition_;
    record.source_offset = batch.entries({{position_key, Value(position_)}});
  }
}

void FileSourceTask::wait_for_more() {
  lines_.relax();
  if (!input_.can_wait()) {
    const std::int64_t read = position_ + static_cast<std::int64_t>(lines_.pending());
    if (const std::int64_t size = input_.size(); size >= 0 && size < read) {
      note(Condition::too_short, input_.name() + " has " + std::to_string(size) +
                                     " bytes, fewer than the " + std::to_string(read) +
                                     " that were read before; waiting until it has more");
    } else {
      condition_ = Condition::reading;
    }
    context().wait_for(idle_time);
    return;
  }
  // The worker's wait does not see the stream, and the stream's does not see the worker's stop.
  for (std::chrono::milliseconds waited{0}; waited < idle_time; waited += stream_slice) {
    const bool ready = input_.wait(stream_slice);
    if (context().wait_for(0ms) || ready) return;
  }
}

void FileSourceTask::note(Condition condition, const std::string& text) {
  if (condition == condition_) return;
  condition_ = condition;
  log_warn(logger, text);
}

Error FileSourceTask::line_too_long() const {
  return {ErrorCode::fatal,
          "the line that starts at byte " + std::to_string(position_) + " of " + input_.name() +
              " is longer than " + std::to_string(longest_line) +
              " bytes; to leave it out, set the connector's offset to a position after it"};
}

}  // namespace millrace::file

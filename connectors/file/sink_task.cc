#include "file/sink_task.h"

#include "millrace/plugin_log.h"
#include "millrace/value_text.h"

namespace millrace::file {

namespace {

constexpr std::string_view logger = "org.apache.kafka.connect.file.FileStreamSinkTask";
/// Lines are handed to the system in blocks of about this many bytes.
constexpr std::size_t block = std::size_t{256} * 1024;

}  // namespace

Result<void> FileSinkTask::start(const Config& config) {
  const std::string* path = config.find<std::string>("file");
  if (path == nullptr || path->empty()) {
    output_.open_standard_output();
    return {};
  }
  if (Result<void> opened = output_.open(*path); !opened) {
    return Error(ErrorCode::fatal,
                 "Couldn't find or create file '" + *path + "' for FileStreamSinkTask")
        .caused_by(std::move(opened.error()));
  }
  return {};
}

Result<void> FileSinkTask::put(std::span<const SinkRecord> records) {
  for (const SinkRecord& record : records) {
    if (const Text* text = record.value.get_if<Text>()) {
      lines_.append(text->view());
    } else {
      append_text(lines_, record.value);
    }
    lines_.push_back('\n');
    if (lines_.size() >= block) MILLRACE_TRY(write_lines());
  }
  return write_lines();
}

/// After a failure nothing is kept: the records are offered again.
Result<void> FileSinkTask::write_lines() {
  Result<void> written = output_.write(lines_);
  lines_.clear();
  if (lines_.capacity() > 2 * block) lines_.shrink_to_fit();
  return written;
}

Result<void> FileSinkTask::flush(const PartitionOffsets& /*offsets*/) { return output_.sync(); }

Result<void> FileSinkTask::stop() {
  if (const Result<void> closed = output_.close(); !closed) {
    log_warn(logger, closed.error().message());
  }
  return {};
}

}  // namespace millrace::file

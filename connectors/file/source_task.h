#pragma once

#include "file/input.h"
#include "file/line_buffer.h"
#include "millrace/source.h"

#include <cstdint>
#include <optional>
#include <string>

namespace millrace::file {

inline constexpr std::string_view position_key = "position";
inline constexpr std::string_view filename_key = "filename";

/// A longer line fails the task: it could not be sent anyway, and would be held in memory.
inline constexpr std::size_t longest_line = std::size_t{64} * 1024 * 1024;

/// Reads lines of a file, or of the standard input, and goes on waiting for more at its end.
/// Record:  no key, the line without its end as STRING, the time of reading. Bytes that are no
///          UTF-8 become U+FFFD.
/// Offset:  {"filename": as configured} → {"position": bytes up to and with the line's end}; both
///          null for the standard input, which nothing is resumed from.
/// Source:  org.apache.kafka.connect.file.FileStreamSourceTask.
class FileSourceTask final : public SourceTask {
 public:
  Result<void> start(const Config& config) override;
  Result<void> poll(SourceBatch& batch) override;
  Result<void> stop() override;

 private:
  /// What was last said about the input; each is logged when it comes up, not every second.
  enum class Condition { unknown, reading, missing, directory, too_short };

  Result<void> open();
  Result<void> go_to_stored_offset();
  Result<void> read_lines(SourceBatch& batch);
  Result<bool> read_more();
  void add(SourceBatch& batch, std::string_view line);
  void wait_for_more();
  void note(Condition condition, const std::string& text);
  [[nodiscard]] Error line_too_long() const;

  std::string path_;  // empty: the standard input
  std::string topic_;
  std::size_t batch_size_ = 0;
  Input input_;
  LineBuffer lines_{longest_line};
  std::int64_t position_ = 0;  // bytes of the file that became records, or were skipped at start
  Condition condition_ = Condition::unknown;
  std::optional<Error> failure_;  // for the next poll: this one had lines to deliver
  std::string repaired_;          // kept for its memory

  // The same for all records of a poll; laid into its batch when the first line comes.
  Text batch_topic_;
  OffsetView batch_partition_;
  std::int64_t batch_time_ = 0;
};

}  // namespace millrace::file

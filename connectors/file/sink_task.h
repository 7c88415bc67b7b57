#pragma once

#include "file/output.h"
#include "millrace/sink.h"

#include <string>

namespace millrace::file {

/// Adds the value of each record as a line to a file, or to the standard output. What put was
/// given stands in the file when it returns; flush has it stored on the disk.
/// Line:    a text as it is, other values as StringConverter writes them, null as `null`.
/// Errors:  fatal, whenever the system refuses to write.
/// Source:  org.apache.kafka.connect.file.FileStreamSinkTask.
class FileSinkTask final : public SinkTask {
 public:
  Result<void> start(const Config& config) override;
  Result<void> put(std::span<const SinkRecord> records) override;
  Result<void> flush(const PartitionOffsets& offsets) override;
  Result<void> stop() override;

 private:
  Result<void> write_lines();

  Output output_;
  std::string lines_;  // of the put at hand only; kept for its memory
};

}  // namespace millrace::file

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <millrace/sink.h>

namespace words {

/// Settings: file.
millrace::ConfigDef word_count_config();

/// One task, whatever tasks.max says: there is one file.
class WordCountSinkConnector final : public millrace::SinkConnector {
 public:
  millrace::Result<void> start(const millrace::Config& config) override;
  millrace::Result<std::vector<millrace::ConfigMap>> task_configs(std::int32_t max_tasks) override;

 private:
  millrace::ConfigMap properties_;
};

/// Counts the words of values into a file: a line `word <count> <word>` each. The file also holds a
/// line `read <next offset> <partition> <topic>` for each partition, and is replaced as a whole:
/// the counts and the place they belong to never part, so each record is counted once, even after a
/// crash.
class WordCountSinkTask final : public millrace::SinkTask {
 public:
  millrace::Result<void> start(const millrace::Config& config) override;
  millrace::Result<void> open(const millrace::PartitionSet& added) override;
  millrace::Result<void> put(std::span<const millrace::SinkRecord> records) override;
  millrace::Result<void> flush(const millrace::PartitionOffsets& offsets) override;

 private:
  millrace::Result<void> load();
  millrace::Result<void> save() const;

  std::string file_;
  std::map<std::string, std::uint64_t, std::less<>> counts_;
  millrace::PartitionOffsets next_;  // of all partitions ever read
};

}  // namespace words

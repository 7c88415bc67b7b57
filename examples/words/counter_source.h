#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <millrace/source.h>

namespace words {

/// Settings: topic; counters, a list of names; up.to, the last number; pause.ms between two rounds.
millrace::ConfigDef counter_config();

/// Deals the counters out to the tasks.
class CounterSourceConnector final : public millrace::SourceConnector {
 public:
  millrace::Result<void> start(const millrace::Config& config) override;
  millrace::Result<std::vector<millrace::ConfigMap>> task_configs(std::int32_t max_tasks) override;

 private:
  millrace::ConfigMap properties_;
  std::vector<std::string> counters_;
};

/// Counts: "apples 1", "apples 2", … Each counter is a source partition of its own, and its offset
/// is the number last sent, so after a restart it goes on where it was.
class CounterSourceTask final : public millrace::SourceTask {
 public:
  millrace::Result<void> start(const millrace::Config& config) override;
  millrace::Result<void> poll(millrace::SourceBatch& batch) override;

 private:
  struct Counter {
    std::string name;
    std::int64_t last = 0;  // sent
  };

  millrace::Result<void> continue_where_we_were();

  std::string topic_;
  std::int64_t up_to_ = 0;
  std::chrono::milliseconds pause_{0};
  std::vector<Counter> counters_;
};

}  // namespace words

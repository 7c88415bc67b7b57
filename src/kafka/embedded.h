#pragma once

#include "kafka/rd_client.h"
#include "millrace/result.h"

#include <memory>
#include <string>

struct rd_kafka_mock_cluster_s;

namespace millrace::kafka {

/// A mock cluster inside this process, for trying things out without a Kafka: one broker on a port
/// of the loopback, about 5 MB of messages for each partition, the oldest go first; nothing is
/// kept on disk. Threads: any.
class Embedded {
 public:
  /// Errors (fatal): it cannot start.
  static Result<std::shared_ptr<Embedded>> start();
  ~Embedded();
  Embedded(const Embedded&) = delete;
  Embedded& operator=(const Embedded&) = delete;

  [[nodiscard]] const std::string& bootstrap() const { return bootstrap_; }
  /// Creates it with one partition unless it is there.
  void ensure_topic(const std::string& name);
  /// Errors: conflict: it exists; fatal: refused.
  Result<void> create_topic(const std::string& name, int partitions);

 private:
  Embedded(Handle client, rd_kafka_mock_cluster_s* cluster);
  const Handle client_;
  rd_kafka_mock_cluster_s* const cluster_;
  const std::string bootstrap_;
};

}  // namespace millrace::kafka

#pragma once

#include "base/mutex.h"
#include "kafka/admin.h"
#include "kafka/rd_client.h"
#include "kafka/settings.h"

#include <memory>
#include <optional>

namespace millrace::kafka {

class Embedded;

/// Admin over librdkafka.
class RdAdmin final : public Admin {
 public:
  static Result<std::unique_ptr<Admin>> make(NativeSettings settings,
                                             std::shared_ptr<Embedded> embedded);

  Result<std::string> cluster_id() override;
  Result<std::map<std::string, TopicDescription>> describe(
      const std::vector<std::string>& topics) override;
  std::vector<Result<void>> create(const std::vector<NewTopic>& topics) override;
  // rd_admin_groups.cc
  Result<PartitionOffsets> group_offsets(const std::string& group) override;
  Result<void> set_group_offsets(const std::string& group,
                                 const PartitionOffsets& offsets) override;
  Result<void> delete_group_offsets(const std::string& group,
                                    const PartitionSet& partitions) override;
  Result<void> delete_group(const std::string& group) override;

 private:
  RdAdmin(NativeSettings settings, std::shared_ptr<Embedded> embedded)
      : settings_(std::move(settings)), embedded_(std::move(embedded)) {}

  static void on_error(rd_kafka_s* client, int code, const char* reason, void* self);

  NativeSettings settings_;
  const std::shared_ptr<Embedded> embedded_;
  Mutex mutex_;
  std::optional<Error> refused_ GUARDED_BY(mutex_);  ///< waiting for an answer is in vain
  Handle client_;
};

}  // namespace millrace::kafka

#pragma once

#include "base/mutex.h"
#include "kafka/admin.h"
#include "kafka/rd_client.h"
#include "kafka/settings.h"

#include <functional>
#include <memory>
#include <optional>

namespace millrace::kafka {

class Embedded;

/// Admin over librdkafka.
class RdAdmin final : public Admin {
 public:
  /// again: makes the same settings once more, for a client of its own.
  static Result<std::unique_ptr<Admin>> make(NativeSettings settings,
                                             std::shared_ptr<Embedded> embedded,
                                             std::function<Result<NativeSettings>()> again);

  Result<std::string> cluster_id() override;
  Result<std::map<std::string, TopicDescription>> describe(
      const std::vector<std::string>& topics) override;
  std::vector<Result<void>> create(const std::vector<NewTopic>& topics) override;
  Result<std::optional<std::string>> topic_setting(const std::string& topic,
                                                   const std::string& key) override;
  // rd_admin_groups.cc
  Result<PartitionOffsets> group_offsets(const std::string& group) override;
  Result<void> set_group_offsets(const std::string& group,
                                 const PartitionOffsets& offsets) override;
  Result<void> delete_group_offsets(const std::string& group,
                                    const PartitionSet& partitions) override;
  Result<void> delete_group(const std::string& group) override;

 private:
  RdAdmin(NativeSettings settings, std::shared_ptr<Embedded> embedded,
          std::function<Result<NativeSettings>()> again)
      : settings_(std::move(settings)),
        embedded_(std::move(embedded)),
        settings_again_(std::move(again)) {}

  [[nodiscard]] Result<Handle> group_client(const std::string& group) const;

  static void on_error(rd_kafka_s* client, int code, const char* reason, void* self);

  NativeSettings settings_;
  const std::shared_ptr<Embedded> embedded_;
  const std::function<Result<NativeSettings>()> settings_again_;
  Mutex mutex_;
  std::optional<Error> refused_ GUARDED_BY(mutex_);  ///< waiting for an answer is in vain
  Handle client_;
};

}  // namespace millrace::kafka

#include "fake_admin.h"

namespace millrace::pipeline {

namespace {

class FakeAdmin final : public kafka::Admin {
 public:
  explicit FakeAdmin(TopicsOfCluster& cluster) : cluster_(cluster) {}
  Result<std::string> cluster_id() override { return std::string("cluster"); }
  Result<std::map<std::string, kafka::TopicDescription>> describe(
      const std::vector<std::string>& topics) override {
    std::map<std::string, kafka::TopicDescription> found;
    for (const std::string& topic : topics) {
      cluster_.described.push_back(topic);
      if (cluster_.topics.contains(topic)) found[topic].name = topic;
    }
    if (cluster_.describe_error) return *cluster_.describe_error;
    return found;
  }
  std::vector<Result<void>> create(const std::vector<kafka::NewTopic>& topics) override {
    std::vector<Result<void>> results;
    for (const kafka::NewTopic& topic : topics) {
      if (cluster_.create_error) {
        results.emplace_back(*cluster_.create_error);
      } else if (cluster_.others_are_faster || !cluster_.topics.emplace(topic.name, topic).second) {
        results.emplace_back(Error{ErrorCode::conflict, "it exists"});
      } else {
        results.emplace_back();
      }
    }
    return results;
  }
  // No task asks about settings or groups.
  Result<std::optional<std::string>> topic_setting(const std::string&,
                                                   const std::string&) override {
    return std::optional<std::string>();
  }
  Result<PartitionOffsets> group_offsets(const std::string&) override { return PartitionOffsets(); }
  Result<void> set_group_offsets(const std::string&, const PartitionOffsets&) override {
    return {};
  }
  Result<void> delete_group_offsets(const std::string&, const PartitionSet&) override { return {}; }
  Result<void> delete_group(const std::string&) override { return {}; }

 private:
  TopicsOfCluster& cluster_;
};

}  // namespace

TopicsOfCluster::TopicsOfCluster() = default;
TopicsOfCluster::~TopicsOfCluster() = default;

std::function<Result<std::unique_ptr<kafka::Admin>>()> TopicsOfCluster::make_admin() {
  return [this]() -> Result<std::unique_ptr<kafka::Admin>> {
    if (no_client) return *no_client;
    return std::unique_ptr<kafka::Admin>(std::make_unique<FakeAdmin>(*this));
  };
}

}  // namespace millrace::pipeline

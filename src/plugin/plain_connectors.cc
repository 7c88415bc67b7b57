#include "plugin/plain_connectors.h"

#include <cstdint>
#include <vector>

namespace millrace::plugin {

namespace {

template <class Base>
class PlainConnector final : public Base {
 public:
  explicit PlainConnector(bool one_task) : one_task_(one_task) {}
  Result<void> start(const Config& config) override {
    properties_ = config.originals();
    return {};
  }
  Result<std::vector<ConfigMap>> task_configs(std::int32_t max_tasks) override {
    return std::vector<ConfigMap>(one_task_ ? 1 : static_cast<std::size_t>(max_tasks), properties_);
  }

 private:
  const bool one_task_;
  ConfigMap properties_;
};

}  // namespace

std::unique_ptr<SourceConnector> make_plain_source() {
  return std::make_unique<PlainConnector<SourceConnector>>(true);
}

std::unique_ptr<SinkConnector> make_plain_sink() {
  return std::make_unique<PlainConnector<SinkConnector>>(false);
}

}  // namespace millrace::plugin

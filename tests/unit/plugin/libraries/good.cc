// A plugin library as an author would write it.
#include "millrace/plugin.h"

namespace {

class Discard final : public millrace::SinkTask {
 public:
  millrace::Result<void> start(const millrace::Config& config) override {
    limit_ = config.get<std::int32_t>("limit");
    return {};
  }
  millrace::Result<void> put(std::span<const millrace::SinkRecord>) override { return {}; }

 private:
  std::int32_t limit_ = 0;
};

}  // namespace

MILLRACE_PLUGIN(registry) {
  registry.add_sink(
      {.name = "com.example.DiscardConnector",
       .version = "1.2.3",
       .config = millrace::ConfigDef().define({.name = "limit",
                                               .type = millrace::ConfigType::int32,
                                               .documentation = "How many records to discard.",
                                               .default_value = "10",
                                               .validator = millrace::Validator::at_least(1)}),
       .make_task = [] { return std::make_unique<Discard>(); }});
}

#include "sink_world.h"

#include <utility>

namespace millrace::pipeline {

namespace {

class FakeSinkTask final : public SinkTask {
 public:
  explicit FakeSinkTask(SinkScript& script) : script_(script) {}
  ~FakeSinkTask() override { static_cast<void>(script_.behaviour.called("destroy")); }

  Result<void> initialize(SinkTaskContext& context) override {
    MILLRACE_TRY(SinkTask::initialize(context));
    script_.context = &context;
    return script_.behaviour.called("initialize");
  }
  Result<void> start(const Config& /*config*/) override {
    return script_.behaviour.called("start");
  }
  Result<void> open(const PartitionSet& added) override {
    return script_.behaviour.called("open", "open " + to_text(added));
  }
  Result<void> put(std::span<const SinkRecord> records) override {
    if (script_.remembers) remember(records);
    if (!script_.puts.empty()) {
      const SinkScript::Put next = std::move(script_.puts.front());
      script_.puts.pop_front();
      return next(records, context());
    }
    return script_.on_put ? script_.on_put(records, context()) : Result<void>();
  }
  Result<void> flush(const PartitionOffsets& offsets) override {
    return script_.behaviour.called("flush", "flush " + to_text(offsets));
  }
  Result<PartitionOffsets> pre_commit(const PartitionOffsets& offsets) override {
    if (!script_.pre_commit) return SinkTask::pre_commit(offsets);
    MILLRACE_TRY(script_.behaviour.called("pre_commit", "pre_commit " + to_text(offsets)));
    return script_.pre_commit(offsets);
  }
  Result<void> close(const PartitionSet& removed) override {
    return script_.behaviour.called("close", "close " + to_text(removed));
  }
  Result<void> stop() override { return script_.behaviour.called("stop"); }

 private:
  void remember(std::span<const SinkRecord> records) {
    Batch batch;
    for (const SinkRecord& record : records) {
      batch.push_back(record.value.is_null() ? "null" : std::string(record.value.view()));
    }
    if (batch.empty()) {
      ++script_.empty_puts;
    } else {
      script_.batches.push_back(std::move(batch));
    }
  }
  SinkScript& script_;
};

}  // namespace

SinkScript::SinkScript(Journal& journal) : behaviour(journal) {}
SinkScript::~SinkScript() = default;

void SinkScript::fail_next(ErrorCode code) {
  puts.push_back([code](std::span<const SinkRecord>, SinkTaskContext&) -> Result<void> {
    return Error{code, "the table is locked"};
  });
}

SinkWorld::SinkWorld(Clock& the_clock) : TaskWorld(the_clock) {}
SinkWorld::~SinkWorld() = default;

SinkPipeline& SinkWorld::make() {
  SinkParts parts;
  parts.task_id = "orders-0";
  parts.task = std::make_unique<FakeSinkTask>(sink);
  parts.converters = plugins.converters();
  parts.transforms = plugins.chain(steps);
  parts.current_configs = []() -> Result<ConfigMap> { return ConfigMap{{"file", "a.txt"}}; };
  parts.make_consumer = [this]() -> Result<std::unique_ptr<kafka::Consumer>> {
    if (no_consumer) return *no_consumer;
    return kafka.make_consumer();
  };
  if (topic_matches) {
    parts.topic_matches = topic_matches;
  } else {
    parts.topics = {"orders"};
  }
  parts.errors = errors;
  parts.make_admin = cluster.make_admin();
  parts.make_producer =
      [this](kafka::DeliveryListener& reports) -> Result<std::unique_ptr<kafka::Producer>> {
    return letters.make_producer(reports);
  };
  parts.make_converters = [this]() -> Result<Converters> { return plugins.converters(); };
  parts.offset_flush_interval = offset_flush_interval;
  parts.offset_flush_timeout = offset_flush_timeout;
  pipeline = std::make_unique<SinkPipeline>(std::move(parts), surroundings());
  return *pipeline;
}

Result<void> SinkWorld::start() { return make().start(); }

Result<void> SinkWorld::run(int rounds) {
  if (!pipeline) MILLRACE_TRY(start());
  for (int i = 0; i < rounds; ++i) MILLRACE_TRY(pipeline->iterate());
  return {};
}

Result<void> SinkWorld::run_with(const std::vector<std::string>& assigned) {
  kafka.assign(assigned);
  return run();
}

Result<void> SinkWorld::commit_now() {
  sink.context->request_commit();
  return run();
}

void SinkWorld::stop() {
  control.stop();
  pipeline->finish();
}

SinkPipelineTest::SinkPipelineTest() : SinkWorld(manual) {}
SinkPipelineTest::~SinkPipelineTest() = default;

}  // namespace millrace::pipeline

#pragma once

#include "fake_admin.h"
#include "fake_consumer.h"
#include "fake_producer.h"
#include "pipeline/sink_pipeline.h"
#include "plain_plugins.h"

#include <deque>
#include <memory>
#include <span>

namespace millrace::pipeline {

using Batch = std::vector<std::string>;

/// What a FakeSinkTask does and has seen.
struct SinkScript {
  using Put = std::function<Result<void>(std::span<const SinkRecord>, SinkTaskContext&)>;
  using PreCommit = std::function<Result<PartitionOffsets>(const PartitionOffsets&)>;

  explicit SinkScript(Journal& journal) : behaviour(journal) {}
  /// Fails the next put like this; once for each call.
  void fail_next(ErrorCode code) {
    puts.push_back([code](std::span<const SinkRecord>, SinkTaskContext&) -> Result<void> {
      return Error{code, "the table is locked"};
    });
  }

  Behaviour behaviour;
  std::deque<Put> puts;  ///< one after the other; then on_put
  Put on_put;            ///< empty: takes everything
  PreCommit pre_commit;  ///< empty: flushes and lets everything be committed
  SinkTaskContext* context = nullptr;
  bool remembers = true;       ///< calls and batches
  std::vector<Batch> batches;  ///< the values of each put, empty ones left out
  int empty_puts = 0;
};

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

/// A sink task's pipeline among fakes; the sentences of its tests.
struct SinkWorld : TaskWorld {
  explicit SinkWorld(Clock& the_clock) : TaskWorld(the_clock) {}

  SinkPipeline& make() {
    SinkParts parts;
    parts.task_id = "orders-0";
    parts.task = std::make_unique<FakeSinkTask>(sink);
    parts.converters = plugins.converters();
    parts.transforms = plugins.chain(steps);
    parts.current_configs = []() -> Result<ConfigMap> { return ConfigMap{{"file", "a.txt"}}; };
    parts.make_consumer = [this]() -> Result<std::unique_ptr<kafka::Consumer>> {
      if (no_consumer) return *no_consumer;
      return std::unique_ptr<kafka::Consumer>(std::make_unique<FakeConsumer>(kafka));
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
      return std::unique_ptr<kafka::Producer>(std::make_unique<FakeProducer>(letters, reports));
    };
    parts.make_converters = [this]() -> Result<Converters> { return plugins.converters(); };
    parts.offset_flush_interval = offset_flush_interval;
    parts.offset_flush_timeout = offset_flush_timeout;
    pipeline = std::make_unique<SinkPipeline>(std::move(parts), surroundings());
    return *pipeline;
  }
  Result<void> start() { return make().start(); }
  /// Goes round so many times, or until the task fails.
  Result<void> run(int rounds = 1) {
    if (!pipeline) MILLRACE_TRY(start());
    for (int i = 0; i < rounds; ++i) MILLRACE_TRY(pipeline->iterate());
    return {};
  }
  /// Started, with these partitions and nothing in them yet.
  Result<void> run_with(const std::vector<std::string>& assigned) {
    kafka.assign(assigned);
    return run();
  }
  /// The next round commits; the one after it hears the answer.
  Result<void> commit_now() {
    sink.context->request_commit();
    return run();
  }
  void stop() {
    control.stop();
    pipeline->finish();
  }

  SinkScript sink{journal};
  SourceKafka kafka{clock, journal};
  PlainPlugins plugins{journal};
  std::vector<PlainPlugins::Step> steps;
  ErrorSettings errors;
  TopicsOfCluster cluster;
  TargetKafka letters{clock, journal};  // what the dead letter queue writes to
  std::chrono::milliseconds offset_flush_interval{60'000};
  std::chrono::milliseconds offset_flush_timeout{5'000};
  std::function<bool(std::string_view)> topic_matches;
  std::optional<Error> no_consumer;
  std::unique_ptr<SinkPipeline> pipeline;
};

class SinkPipelineTest : public ::testing::Test, protected ManualTime, protected SinkWorld {
 protected:
  SinkPipelineTest() : SinkWorld(manual) {}
};

}  // namespace millrace::pipeline

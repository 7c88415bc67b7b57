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

  explicit SinkScript(Journal& journal);
  ~SinkScript();
  /// Fails the next put like this; once for each call.
  void fail_next(ErrorCode code);

  Behaviour behaviour;
  std::deque<Put> puts;  ///< one after the other; then on_put
  Put on_put;            ///< empty: takes everything
  PreCommit pre_commit;  ///< empty: flushes and lets everything be committed
  SinkTaskContext* context = nullptr;
  bool remembers = true;       ///< calls and batches
  std::vector<Batch> batches;  ///< the values of each put, empty ones left out
  int empty_puts = 0;
};

/// A sink task's pipeline among fakes; the sentences of its tests.
struct SinkWorld : TaskWorld {
  explicit SinkWorld(Clock& the_clock);
  ~SinkWorld();

  SinkPipeline& make();
  Result<void> start();
  /// Goes round so many times, or until the task fails.
  Result<void> run(int rounds = 1);
  /// Started, with these partitions and nothing in them yet.
  Result<void> run_with(const std::vector<std::string>& assigned);
  /// The next round commits; the one after it hears the answer.
  Result<void> commit_now();
  void stop();

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
  SinkPipelineTest();
  ~SinkPipelineTest() override;
};

}  // namespace millrace::pipeline

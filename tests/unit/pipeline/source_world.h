#pragma once

#include "fake_admin.h"
#include "fake_producer.h"
#include "memory_store.h"
#include "pipeline/source_pipeline.h"
#include "plain_plugins.h"

#include <deque>
#include <initializer_list>

namespace millrace::pipeline {

/// One record that a source task hands over.
struct Row {
  std::string file;                      ///< the source partition; empty: null
  std::optional<std::int64_t> position;  ///< the source offset; none: null
  std::string value;
  std::string topic = "orders";
  std::optional<std::int32_t> partition = {};
  std::optional<std::int64_t> timestamp = {};
  std::vector<std::pair<std::string, std::optional<std::string>>> headers = {};
};

void add_row(SourceBatch& batch, const Row& row);

/// What a FakeSourceTask does and has seen.
struct SourceScript {
  using Poll = std::function<Result<void>(SourceBatch&, SourceTaskContext&)>;

  explicit SourceScript(Journal& journal);
  ~SourceScript();

  Behaviour behaviour;
  std::deque<Poll> polls;  ///< one after the other; then on_idle
  Poll on_idle;            ///< empty: nothing comes
  bool remembers = true;   ///< the calls of commit_record and poll
  /// "value@offset in Kafka", or "value left out".
  std::vector<std::string> told;
};

/// A source task's pipeline among fakes; the sentences of its tests.
struct SourceWorld : TaskWorld {
  explicit SourceWorld(Clock& the_clock);
  ~SourceWorld();

  /// The next poll hands these over.
  void poll_gives(std::initializer_list<Row> rows);
  void poll_gives(std::vector<Row> rows);
  void poll_fails(Error error);

  SourcePipeline& make();
  Result<void> start();
  /// Goes round until every poll of the script has been sent and answered, or the task fails.
  Result<void> run_until_idle();
  /// As the committer does, every offset.flush.interval.ms.
  void commit();
  void stop();

  /// The stored offset of a file: `{"position":3}`, "tombstone" or "none".
  [[nodiscard]] std::string stored(const std::string& file) const;

  SourceScript task{journal};
  TargetKafka kafka{clock, journal};
  MemoryStore store;
  PlainPlugins plugins{journal};
  std::vector<PlainPlugins::Step> steps;
  ErrorSettings errors;
  TopicsOfCluster cluster;
  std::vector<TopicGroup> groups;  // of topic creation
  Journal unread;
  PlainPlugins plain_text{unread};  // stand for JSON: of them "bad" is text as well
  std::optional<Error> no_producer;
  std::unique_ptr<SourcePipeline> pipeline;
};

class SourcePipelineTest : public ::testing::Test, protected ManualTime, protected SourceWorld {
 protected:
  SourcePipelineTest();
  ~SourcePipelineTest() override;
};

}  // namespace millrace::pipeline

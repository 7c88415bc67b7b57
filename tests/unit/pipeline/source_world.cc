#include "source_world.h"

#include "storage/offset_json.h"

#include <utility>

namespace millrace::pipeline {

namespace {

class FakeSourceTask final : public SourceTask {
 public:
  explicit FakeSourceTask(SourceScript& script) : script_(script) {}
  ~FakeSourceTask() override { static_cast<void>(script_.behaviour.called("destroy")); }

  Result<void> initialize(SourceTaskContext& context) override {
    MILLRACE_TRY(SourceTask::initialize(context));
    return script_.behaviour.called("initialize");
  }
  Result<void> start(const Config& /*config*/) override {
    return script_.behaviour.called("start");
  }
  Result<void> poll(SourceBatch& batch) override {
    if (script_.remembers) MILLRACE_TRY(script_.behaviour.called("poll"));
    if (script_.polls.empty()) {
      return script_.on_idle ? script_.on_idle(batch, context()) : Result<void>();
    }
    const SourceScript::Poll next = std::move(script_.polls.front());
    script_.polls.pop_front();
    return next(batch, context());
  }
  Result<void> commit_record(const SourceRecord& record, const RecordMetadata* metadata) override {
    if (!script_.remembers) return {};
    script_.told.push_back(
        std::string(record.value.view()) +
        (metadata != nullptr ? "@" + std::to_string(metadata->offset) : std::string(" left out")));
    return script_.behaviour.called("commit_record");
  }
  Result<void> commit() override { return script_.behaviour.called("commit"); }
  Result<void> stop() override { return script_.behaviour.called("stop"); }

 private:
  SourceScript& script_;
};

}  // namespace

void add_row(SourceBatch& batch, const Row& row) {
  const OffsetView file =
      row.file.empty() ? OffsetView() : batch.entries({{"file", batch.keep_text(row.file)}});
  const OffsetView position =
      row.position ? batch.entries({{"position", *row.position}}) : OffsetView();
  SourceRecord& record = batch.add();
  record.topic = batch.keep_text(row.topic);
  record.partition = row.partition;
  record.value_schema = schemas::string();
  record.value = batch.keep_text(row.value);
  record.timestamp = row.timestamp;
  for (const auto& [key, value] : row.headers) {
    record.headers.append({batch.keep_text(key), schemas::optional_string(),
                           value ? Value(batch.keep_text(*value)) : Value()});
  }
  record.source_partition = file;
  record.source_offset = position;
}

SourceScript::SourceScript(Journal& journal) : behaviour(journal) {}
SourceScript::~SourceScript() = default;

SourceWorld::SourceWorld(Clock& the_clock) : TaskWorld(the_clock) {}
SourceWorld::~SourceWorld() = default;

void SourceWorld::poll_gives(std::initializer_list<Row> rows) {
  poll_gives(std::vector<Row>(rows));
}

void SourceWorld::poll_gives(std::vector<Row> rows) {
  task.polls.push_back([rows = std::move(rows)](SourceBatch& batch, SourceTaskContext&) {
    for (const Row& row : rows) add_row(batch, row);
    return Result<void>();
  });
}

void SourceWorld::poll_fails(Error error) {
  task.polls.push_back([error](SourceBatch&, SourceTaskContext&) -> Result<void> { return error; });
}

SourcePipeline& SourceWorld::make() {
  SourceParts parts;
  parts.task_id = "orders-0";
  parts.task = std::make_unique<FakeSourceTask>(task);
  parts.converters = plugins.converters();
  parts.transforms = plugins.chain(steps);
  parts.writer = std::make_unique<storage::OffsetWriter>(store, clock, "orders");
  parts.reader = std::make_unique<storage::OffsetReader>(store, "orders");
  parts.current_configs = []() -> Result<ConfigMap> { return ConfigMap{{"file", "a.txt"}}; };
  parts.make_producer =
      [this](kafka::DeliveryListener& reports) -> Result<std::unique_ptr<kafka::Producer>> {
    if (no_producer) return *no_producer;
    return kafka.make_producer(reports);
  };
  parts.errors = errors;
  parts.make_admin = cluster.make_admin();
  parts.json_converters = plain_text.converters();
  if (!groups.empty()) {
    parts.topic_creation = std::make_unique<TopicCreation>(groups, cluster.make_admin());
  }
  pipeline = std::make_unique<SourcePipeline>(std::move(parts), surroundings());
  return *pipeline;
}

Result<void> SourceWorld::start() { return make().start(); }

Result<void> SourceWorld::run_until_idle() {
  if (!pipeline) MILLRACE_TRY(start());
  const std::size_t rounds = task.polls.size() + 2;
  for (std::size_t i = 0; i < rounds; ++i) MILLRACE_TRY(pipeline->iterate());
  return {};
}

void SourceWorld::commit() { pipeline->commit_offsets(); }

void SourceWorld::stop() {
  control.stop();
  pipeline->finish();
}

std::string SourceWorld::stored(const std::string& file) const {
  const NullableOffsetMap partition =
      file.empty() ? NullableOffsetMap() : OffsetMap{{"file", Text(file)}};
  return store.find(*storage::offset_key("orders", partition));
}

SourcePipelineTest::SourcePipelineTest() : SourceWorld(manual) {}
SourcePipelineTest::~SourcePipelineTest() = default;

}  // namespace millrace::pipeline

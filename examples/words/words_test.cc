// Tests of the connectors without a worker: the contexts are played by a few lines.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "counter_source.h"
#include "word_count_sink.h"

using namespace millrace;

namespace {

int failures = 0;

void check(bool holds, const char* what) {
  std::printf("%s %s\n", holds ? "ok    " : "FAILED", what);
  if (!holds) ++failures;
}

class NoMetrics final : public PluginMetrics {
 public:
  Result<void> add_gauge(std::string_view, std::string_view, Tags,
                         std::function<double()>) override {
    return {};
  }
  void remove(std::string_view, const Tags&) override {}
};

/// Offsets as a worker would have stored them.
class SourceWorker final : public SourceTaskContext, public OffsetStorageReader {
 public:
  Result<ConfigMap> configs() override { return ConfigMap(); }
  OffsetStorageReader& offsets() override { return *this; }
  TransactionContext* transactions() override { return nullptr; }
  PluginMetrics& metrics() override { return metrics_; }
  bool wait_for(std::chrono::milliseconds) override { return false; }

  Result<NullableOffsetMap> offset(const OffsetMap& partition) override {
    const std::string name(partition.at("counter").view());
    if (!last.contains(name)) return NullableOffsetMap();
    return NullableOffsetMap(OffsetMap{{"last", Value(last.at(name))}});
  }
  Result<std::vector<NullableOffsetMap>> offsets(std::span<const OffsetMap> partitions) override {
    std::vector<NullableOffsetMap> found;
    for (const OffsetMap& partition : partitions) found.push_back(*offset(partition));
    return found;
  }

  std::map<std::string, std::int64_t> last;

 private:
  NoMetrics metrics_;
};

class SinkWorker final : public SinkTaskContext {
 public:
  Result<ConfigMap> configs() override { return ConfigMap(); }
  void offset(const PartitionOffsets& offsets) override { rewound = offsets; }
  void timeout(std::chrono::milliseconds) override {}
  const PartitionSet& assignment() const override { return assigned; }
  Result<void> pause(const PartitionSet&) override { return {}; }
  Result<void> resume(const PartitionSet&) override { return {}; }
  void request_commit() override {}
  ErrantRecordReporter* errant_record_reporter() override { return nullptr; }
  PluginMetrics& metrics() override { return metrics_; }

  PartitionOffsets rewound;
  PartitionSet assigned;

 private:
  NoMetrics metrics_;
};

void a_counter_goes_on_where_it_was() {
  SourceWorker worker;
  worker.last["pears"] = 7;
  words::CounterSourceTask task;
  const Result<Config> config =
      words::counter_config().parse({{"topic", "t"}, {"counters", "apples,pears"}, {"up.to", "8"}});
  check(config.has_value(), "the settings are accepted");
  check(task.initialize(worker) && task.start(*config), "the source task starts");
  SourceBatch batch;
  check(task.poll(batch).has_value() && batch.size() == 2, "a round has a number of each counter");
  check(batch.records()[0].value.view() == "apples 1", "a new counter begins with 1");
  check(batch.records()[1].value.view() == "pears 8", "an old one goes on");
  batch.clear();
  check(task.poll(batch).has_value() && batch.size() == 1, "a counter ends with up.to");
}

void counters_are_dealt_out() {
  words::CounterSourceConnector connector;
  const Result<Config> config =
      words::counter_config().parse({{"topic", "t"}, {"counters", "a,b,c"}});
  check(config && connector.start(*config), "the source connector starts");
  const Result<std::vector<ConfigMap>> tasks = connector.task_configs(2);
  check(tasks && tasks->size() == 2, "two tasks for three counters");
  check(*(*tasks)[0].find("counters") == "a,b" && *(*tasks)[1].find("counters") == "c",
        "neighbours stay together");
}

SinkRecord record_at(std::int64_t offset, const char* text) {
  SinkRecord record;
  record.original_topic = "t";
  record.original_offset = offset;
  record.value = Value(text);
  return record;
}

void words_are_counted_once(const std::string& file) {
  const Result<Config> config = words::word_count_config().parse({{"file", file}});
  check(config.has_value(), "the settings are accepted");
  const std::vector<SinkRecord> records = {record_at(0, "to be or"), record_at(1, "not to be")};
  SinkWorker worker;
  {
    words::WordCountSinkTask task;
    check(task.initialize(worker) && task.start(*config), "the sink task starts");
    check(task.put(records) && task.flush({}), "records are taken");
  }
  words::WordCountSinkTask task;
  check(task.initialize(worker) && task.start(*config) && task.open({{"t", 0}}),
        "a second task starts where the first one ended");
  check(worker.rewound == PartitionOffsets{{{"t", 0}, 2}}, "it reads on at the offset in the file");
  check(task.put(records) && task.flush({}), "records that come again are taken");
  std::ifstream in(file);
  const std::string content{std::istreambuf_iterator<char>(in), {}};
  check(content == "word 2 be\nword 1 not\nword 1 or\nword 2 to\nread 2 0 t\n",
        "and not counted again");
}

}  // namespace

int main() {
  std::string folder = (std::filesystem::temp_directory_path() / "words-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) return EXIT_FAILURE;
  a_counter_goes_on_where_it_was();
  counters_are_dealt_out();
  words_are_counted_once(folder + "/counts");
  std::filesystem::remove_all(folder);
  return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

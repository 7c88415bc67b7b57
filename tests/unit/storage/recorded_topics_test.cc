// The topics of a cluster as a Java worker left them, and as a Java worker has read them from us;
// tests/data/storage/README.md tells how they were recorded.
#include "fake_topic_log.h"
#include "storage/kafka_config_store.h"
#include "storage/kafka_status_store.h"
#include "storage/offset_json.h"

#include <fstream>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace millrace::storage {
namespace {

using nlohmann::json;
using testing::ElementsAreArray;
using testing::IsEmpty;
using testing::SizeIs;

struct Record {
  std::string topic;
  std::string key;
  NullableString value;
  std::int32_t partition = 0;
  std::int64_t offset = 0;

  [[nodiscard]] LogRecord view() const { return {key, value, partition, offset}; }
  bool operator==(const Record&) const = default;
};
/// Members sorted by name: the order in a map means nothing.
std::string sorted(const NullableString& value) { return value ? json::parse(*value).dump() : "-"; }
void PrintTo(const Record& record, std::ostream* out) {
  *out << record.topic << " " << record.key << " " << record.value.value_or("(none)");
}

std::string path(const std::string& file) {
  return std::string(MILLRACE_TEST_DATA) + "/storage/" + file;
}

std::vector<Record> read_records(const std::string& file) {
  std::vector<Record> records;
  std::ifstream in(path(file));
  for (std::string line; std::getline(in, line);) {
    const json one = json::parse(line);
    Record record{one["topic"], one["key"], std::nullopt, one.value("partition", 0),
                  one.value("offset", std::int64_t{0})};
    if (!one["value"].is_null()) record.value = one["value"].get<std::string>();
    records.push_back(std::move(record));
  }
  EXPECT_FALSE(records.empty()) << file;
  return records;
}

ConfigMap config_of(const json& object) {
  ConfigMap config;
  for (const auto& [key, value] : object.items()) config.set(key, value.get<std::string>());
  return config;
}

/// Everything that three topics say.
class Topics {
 public:
  explicit Topics(const std::vector<Record>& records) {
    for (const Record& record : records) {
      if (record.topic == "connect-configs") {
        const auto change = config_.apply(record.view());
        EXPECT_TRUE(change) << change.error().message();
      } else if (record.topic == "connect-status") {
        status_topic_->append(record.key, record.value);
        EXPECT_TRUE(read_status_record(record.view()));
      } else {
        take_offset(record);
      }
    }
    EXPECT_TRUE(status_.start());
  }

  /// What GET answered about a connector: /connectors/X, /tasks, /status, /topics, /offsets.
  void expect(const std::string& name, const json& said) {
    SCOPED_TRACE(name);
    const auto config = config_.snapshot();
    const ConnectorEntry* entry = config->find(name);
    ASSERT_NE(entry, nullptr);
    EXPECT_EQ(entry->config, config_of(said["info"]["config"]));
    std::vector<ConfigMap> tasks;
    for (const json& task : said["tasks"]) tasks.push_back(config_of(task["config"]));
    EXPECT_EQ(entry->task_configs, tasks);
    EXPECT_FALSE(entry->inconsistent);
    EXPECT_TRUE(tasks.empty() || entry->applied == entry->config);

    const std::string state = said["status"]["connector"]["state"];
    EXPECT_EQ(to_string(entry->target), state == "RUNNING" ? "STARTED" : state);
    ASSERT_TRUE(status_.connector(name));
    EXPECT_EQ(to_string(status_.connector(name)->status.state), state);
    const auto statuses = status_.tasks(name);
    ASSERT_THAT(statuses, SizeIs(said["status"]["tasks"].size()));
    for (const json& task : said["status"]["tasks"]) {
      const StoredStatus& stored = statuses.at(task["id"]);
      EXPECT_EQ(to_string(stored.status.state), task["state"].get<std::string>());
      EXPECT_EQ(stored.status.trace, task.value("trace", ""));
      EXPECT_EQ(stored.status.version, task["version"].get<std::string>());
    }
    std::vector<std::string> used;
    for (const TopicUse& use : status_.topics(name)) used.push_back(use.topic);
    EXPECT_EQ(json(used), said["topics"]);
    if (said.contains("offsets")) {
      std::set<std::string> offsets;
      for (const json& one : said["offsets"]) {
        offsets.insert(one["partition"].dump() + one["offset"].dump());
      }
      EXPECT_EQ(offsets_[name], offsets);
    }
  }

  std::shared_ptr<const ClusterConfig> config() { return config_.snapshot(); }
  KafkaStatusStore& status() { return status_; }

 private:
  void take_offset(const Record& record) {
    const auto key = parse_offset_key(record.key);
    ASSERT_TRUE(key);
    offsets_[key->connector].insert(json::parse(record.key)[1].dump() + sorted(record.value));
  }

  ClusterConfigBuilder config_;
  std::shared_ptr<FakeTopic> status_topic_ = std::make_shared<FakeTopic>();
  ManualClock clock_;
  KafkaStatusStore status_{std::make_unique<FakeTopicLog>(status_topic_), clock_, "connect-status"};
  std::map<std::string, std::set<std::string>> offsets_;
};

json read_answers(const std::string& file) {
  std::ifstream in(path(file));
  return json::parse(in);
}

TEST(RecordedTopics, WhatAJavaWorkerLeftReadsAsItSaid) {  // C22
  Topics topics(read_records("java-topics.jsonl"));
  const json said = read_answers("java-said.json");
  EXPECT_EQ(topics.config()->connectors.size(), said.size());
  for (const auto& [name, answers] : said.items()) topics.expect(name, answers);
  EXPECT_TRUE(topics.config()->session_key);
  EXPECT_EQ(topics.config()->find("gone"), nullptr);
  EXPECT_THAT(topics.status().tasks("gone"), IsEmpty());
  EXPECT_EQ(topics.config()->find("orders")->fenced_tasks, 1);
}

TEST(RecordedTopics, AnyOrderOfPartitionsReadsTheSame) {
  std::vector<Record> records = read_records("java-topics.jsonl");
  const json said = read_answers("java-said.json");
  std::stable_sort(records.begin(), records.end(),
                   [](const Record& a, const Record& b) { return a.partition > b.partition; });
  Topics topics(records);
  for (const auto& [name, answers] : said.items()) topics.expect(name, answers);
}

NullableString written_again(const Record& record) {
  struct {
    NullableString operator()(const ConnectorRecord& r) const {
      return r.config ? NullableString(*properties_value(*r.config)) : std::nullopt;
    }
    NullableString operator()(const TargetRecord& r) const {
      return r.target ? NullableString(target_value(*r.target)) : std::nullopt;
    }
    NullableString operator()(const TaskRecord& r) const { return *properties_value(r.config); }
    NullableString operator()(const CommitRecord& r) const { return commit_value(r.tasks); }
    NullableString operator()(const FencingRecord& r) const { return fencing_value(r.tasks); }
    NullableString operator()(const SessionKey& key) const { return *session_key_value(key); }
    NullableString operator()(const RestartWish& wish) const { return restart_value(wish); }
    NullableString operator()(const LogLevelRecord& r) const { return log_level_value(r.level); }
    NullableString operator()(const ConnectorStatusRecord& r) const {
      return r.status ? NullableString(status_value(*r.status)) : std::nullopt;
    }
    NullableString operator()(const TaskStatusRecord& r) const {
      return r.status ? NullableString(status_value(*r.status)) : std::nullopt;
    }
    NullableString operator()(const TopicUseRecord& r) const {
      return r.use ? NullableString(topic_use_value(r.connector, *r.use)) : std::nullopt;
    }
  } writer;
  if (record.topic == "connect-configs") {
    return std::visit(writer, *read_config_record(record.view()).record);
  }
  if (record.topic == "connect-status") {
    return std::visit(writer, *read_status_record(record.view()));
  }
  return *offset_value("c", *parse_offset_value(record.value));
}

TEST(RecordedTopics, WeWriteTheSameBytes) {  // C23
  for (const Record& record : read_records("java-topics.jsonl")) {
    EXPECT_EQ(written_again(record), record.value) << record.key;
    if (record.topic != "connect-offsets") continue;
    const auto key = parse_offset_key(record.key);
    EXPECT_EQ(*offset_key(key->connector, key->partition), record.key);
  }
}

class Nobody final : public ConfigListener {
  void connector_changed(const std::string&) override {}
  void connector_removed(const std::string&) override {}
  void tasks_changed(const std::string&) override {}
  void target_changed(const std::string&) override {}
  void session_key_changed(const SessionKey&) override {}
  void restart_wanted(const RestartWish&) override {}
  void log_level_changed(const std::string&, log::Level) override {}
};

/// What a life like the one that was recorded leaves when our stores write it.
class Ours {
 public:
  Ours() {
    EXPECT_TRUE(config_.start(nobody_));
    EXPECT_TRUE(status_.start());
  }

  std::vector<Record> live() {
    SessionKey key{"", "HmacSHA256", 1'700'000'000'000};
    for (char byte = 0; byte < 32; ++byte) key.bytes += byte;
    EXPECT_TRUE(config_.put_session_key(key));
    source("orders", "orders.txt", "orders");
    EXPECT_TRUE(config_.put_target("orders", TargetState::paused));
    tell("orders", State::paused, 1);
    source("größe 1-2", "größe.txt", "sizes");
    tell("größe 1-2", State::running, 1);
    sink("copies", "copies.txt", "orders,sizes", 3, 3, std::nullopt);
    sink("copies", "copies.txt", "orders,sizes", 1, 1, std::nullopt);
    tell("copies", State::running, 3);
    for (const int task : {1, 2}) {
      status_.put_task({"copies", task}, status(State::destroyed), Write::plain);
    }
    sink("halted", "halted.txt", "orders", 2, 2, std::nullopt);
    EXPECT_TRUE(config_.put_tasks("halted", {}));
    EXPECT_TRUE(config_.put_target("halted", TargetState::stopped));
    tell("halted", State::stopped, 0);
    sink("born-stopped", "never.txt", "orders", 1, std::nullopt, TargetState::stopped);
    tell("born-stopped", State::stopped, 0);
    sink("gone", "gone.txt", "orders", 2, 2, std::nullopt);
    EXPECT_TRUE(config_.remove_connector("gone"));
    sink("again", "again.txt", "orders", 2, 2, std::nullopt);
    EXPECT_TRUE(config_.remove_connector("again"));
    sink("again", "again.txt", "sizes", 1, 1, std::nullopt);
    tell("again", State::running, 1);
    EXPECT_TRUE(config_.put_restart({"copies", true, false}));
    EXPECT_TRUE(config_.put_log_level("org.apache.kafka.connect.file", log::Level::debug));
    use("orders", "orders");
    use("größe 1-2", "sizes");
    use("copies", "orders");
    use("copies", "sizes");
    use("halted", "orders");
    status_.forget_topic("halted", "orders");
    use("again", "sizes");
    return records();
  }

 private:
  static StoredStatus status(State state) { return {{state, "m1:8083", "4.3.0", ""}, 3}; }

  void put(const std::string& name, ConfigMap config, const std::string& task_class,
           std::optional<int> tasks, std::optional<TargetState> target) {
    config.set("name", name);
    EXPECT_TRUE(config_.put_connector(name, config, target));
    config.set("task.class", "org.apache.kafka.connect.file." + task_class);
    if (!tasks) return;
    EXPECT_TRUE(config_.put_tasks(name, std::vector<ConfigMap>(*tasks, config)));
  }
  void source(const std::string& name, const std::string& file, const std::string& topic) {
    put(name,
        {{"connector.class", "FileStreamSource"},
         {"file", file},
         {"topic", topic},
         {"tasks.max", "1"}},
        "FileStreamSourceTask", 1, std::nullopt);
    const NullableOffsetMap partition = OffsetMap{{"filename", Value(file)}};
    const NullableOffsetMap offset = OffsetMap{{"position", Value(std::int64_t{4})}};
    offsets_.push_back(
        {"connect-offsets", *offset_key(name, partition), *offset_value(name, offset)});
  }
  void sink(const std::string& name, const std::string& file, const std::string& topics, int max,
            std::optional<int> tasks, std::optional<TargetState> target) {
    put(name,
        {{"connector.class", "FileStreamSink"},
         {"file", file},
         {"topics", topics},
         {"tasks.max", std::to_string(max)}},
        "FileStreamSinkTask", tasks, target);
  }
  void tell(const std::string& name, State state, int tasks) {
    status_.put_connector(name, status(state), Write::plain);
    for (int i = 0; i < tasks; ++i) status_.put_task({name, i}, status(state), Write::plain);
  }
  void use(const std::string& name, const std::string& topic) {
    status_.put_topic(name, {topic, 0, 1'700'000'000'000});
  }
  std::vector<Record> records() {
    std::vector<Record> all;
    for (auto& record : config_topic_->records()) {
      all.push_back({"connect-configs", *record.key, record.value});
    }
    all.insert(all.end(), offsets_.begin(), offsets_.end());
    for (auto& record : status_topic_->records()) {
      all.push_back({"connect-status", *record.key, record.value});
    }
    return all;
  }

  ManualClock clock_;
  Nobody nobody_;
  std::shared_ptr<FakeTopic> config_topic_ = std::make_shared<FakeTopic>();
  std::shared_ptr<FakeTopic> status_topic_ = std::make_shared<FakeTopic>();
  std::vector<Record> offsets_;
  KafkaConfigStore config_{std::make_unique<FakeTopicLog>(config_topic_), clock_,
                           "connect-configs"};
  KafkaStatusStore status_{std::make_unique<FakeTopicLog>(status_topic_), clock_, "connect-status"};
};

TEST(RecordedTopics, WhatWeWriteIsWhatAJavaWorkerHasRead) {  // C23
  const std::vector<Record> written = Ours().live();
  const std::vector<Record> kept = read_records("millrace-topics.jsonl");
  EXPECT_THAT(written, ElementsAreArray(kept));

  Topics topics(written);
  const json said = read_answers("java-said-of-millrace.json");
  EXPECT_EQ(topics.config()->connectors.size(), said.size());
  for (const auto& [name, answers] : said.items()) topics.expect(name, answers);
}

// The same connector written by both: equal, but for the order in maps.
TEST(RecordedTopics, BothWriteTheSameForTheSameLife) {  // C23
  std::map<std::string, std::set<std::string>> java;
  for (const Record& record : read_records("java-topics.jsonl")) {
    java[record.key].insert(sorted(record.value));
  }
  int compared = 0;
  for (const Record& record : Ours().live()) {
    const bool theirs = record.topic != "connect-configs" || record.key == "session-key";
    if (theirs || record.key == "connector-größe 1-2" || record.key == "task-größe 1-2-0") continue;
    ASSERT_TRUE(java.contains(record.key)) << record.key;
    EXPECT_TRUE(java[record.key].contains(sorted(record.value)))
        << record.key << record.value.value_or("");
    ++compared;
  }
  EXPECT_GT(compared, 30);
}

}  // namespace
}  // namespace millrace::storage

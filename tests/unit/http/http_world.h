#pragma once

#include "base/log.h"
#include "http/http_connector.h"
#include "http/keys.h"
#include "http/sink_task.h"
#include "socket_server.h"

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::http {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Keeps what the HTTP connector registers.
class Plugins final : public PluginRegistry {
 public:
  Plugins() { register_http_connectors(*this); }
  void add_source(SourcePlugin) override { ADD_FAILURE() << "a source"; }
  void add_sink(SinkPlugin plugin) override { sink = std::move(plugin); }
  void add_converter(SimplePlugin<Converter>) override { ADD_FAILURE() << "a converter"; }
  void add_header_converter(SimplePlugin<HeaderConverter>) override { ADD_FAILURE(); }
  void add_transformation(SimplePlugin<Transformation>) override { ADD_FAILURE(); }
  void add_predicate(SimplePlugin<Predicate>) override { ADD_FAILURE(); }
  void add_config_provider(SimplePlugin<ConfigProvider>) override { ADD_FAILURE(); }
  void add_override_policy(SimplePlugin<OverridePolicy>) override { ADD_FAILURE(); }
  SinkPlugin sink;
};

/// Stands still until it is told to go on.
class StillClock final : public TaskClock {
 public:
  [[nodiscard]] Time now() const override { return Time(std::chrono::hours(1)) + passed; }
  [[nodiscard]] Instant wall() const override { return Instant(began + passed); }
  milliseconds passed{0};
  milliseconds began{100'000};  // the time of day at which the test begins
};

/// Takes what is reported, and says yes.
class FakeReporter final : public ErrantRecordReporter {
 public:
  Result<std::future<Result<void>>> report(const SinkRecord& record, Error error) override {
    reported.emplace_back(record.kafka_offset, error.message());
    std::promise<Result<void>> done;
    done.set_value({});
    return done.get_future();
  }
  std::vector<std::pair<std::int64_t, std::string>> reported;
};

class FakeSinkContext final : public SinkTaskContext {
 public:
  Result<ConfigMap> configs() override { return ConfigMap(); }
  void offset(const PartitionOffsets&) override { ADD_FAILURE() << "went elsewhere"; }
  void timeout(milliseconds time) override { next_put = time; }
  [[nodiscard]] const PartitionSet& assignment() const override { return assigned; }
  Result<void> pause(const PartitionSet& partitions) override {
    held_back.insert(partitions.begin(), partitions.end());
    return {};
  }
  Result<void> resume(const PartitionSet& partitions) override {
    for (const TopicPartition& one : partitions) held_back.erase(one);
    return {};
  }
  [[nodiscard]] bool paused() const override { return is_paused; }
  void request_commit() override { ++commits; }
  ErrantRecordReporter* errant_record_reporter() override {
    return has_reporter ? &reporter : nullptr;
  }
  PluginMetrics& metrics() override { std::abort(); }

  std::optional<milliseconds> next_put;
  PartitionSet assigned = {{"orders", 0}, {"orders", 1}};
  PartitionSet held_back;
  bool is_paused = false;
  int commits = 0;
  bool has_reporter = false;
  FakeReporter reporter;
};

/// A task, an endpoint, and the sentences of their tests.
class HttpTest : public testing::Test {
 protected:
  ~HttpTest() override {
    if (task_) static_cast<void>(task_->stop());
  }

  /// The configuration of a task, the test's own settings over it.
  [[nodiscard]] ConfigMap config(const ConfigMap& more = {}) const {
    ConfigMap all{{"name", "my-conn"},
                  {"callback.request.url", server_.url("/callback")},
                  {"callback.request.method", "POST"}};
    for (const auto& [key, value] : more) all.set(key, value);
    return all;
  }
  /// Empty, or the error.
  std::string try_start(const ConfigMap& more = {}) {
    const Result<Config> parsed = plugins_.sink.config.parse(config(more));
    if (!parsed) return parsed.error().message();
    task_ = std::make_unique<HttpSinkTask>(clock_);
    EXPECT_TRUE(task_->initialize(context_));
    if (const Result<void> started = task_->start(*parsed); !started) {
      return started.error().message();
    }
    EXPECT_TRUE(task_->open(context_.assigned));
    return {};
  }
  void start(const ConfigMap& more = {}) { ASSERT_EQ(try_start(more), ""); }

  SinkRecord record(Value value, std::int64_t offset = -1, std::int32_t partition = 0) {
    SinkRecord record;
    record.topic = record.original_topic = Text("orders");
    record.partition = record.original_partition = partition;
    if (offset < 0) offset = next_offset_[partition];
    next_offset_[partition] = offset + 1;
    record.kafka_offset = record.original_offset = offset;
    record.value = std::move(value);
    return record;
  }
  SinkRecord keyed(const char* key, const char* value, std::int32_t partition = 0) {
    SinkRecord made = record(value, -1, partition);
    made.key = Value(key);
    return made;
  }

  /// One put, as the worker makes it.
  void put(const std::vector<SinkRecord>& records = {}) {
    context_.next_put.reset();
    const Result<void> done = task_->put(records);
    if (!done) failure_ = done.error();
    for (const SinkRecord& one : records) {
      taken_[{one.original_topic.str(), one.original_partition}] = one.original_offset + 1;
    }
  }
  void put_texts(const std::vector<std::string>& values) {
    std::vector<SinkRecord> records;
    for (const std::string& value : values) records.push_back(record(Value(value)));
    put(records);
  }
  /// Goes on for as long as requests are open, or the task is to be called at once.
  void settle() {
    const auto end = std::chrono::steady_clock::now() + seconds(20);
    while (!failure_ && context_.next_put == milliseconds(0)) {
      ASSERT_LT(std::chrono::steady_clock::now(), end) << "requests never end";
      put();
    }
  }
  /// Goes on through all waits, until nothing is left to do or the task has failed. The seconds,
  /// seen from the beginning of the test, at which requests came in.
  std::vector<double> send_times() {
    std::vector<double> times;
    for (int i = 0; i < 10'000; ++i) {
      settle();
      while (times.size() < server_.requests().size()) {
        times.push_back(static_cast<double>(clock_->passed.count()) / 1000);
      }
      if (failure_ || !context_.next_put) return times;
      clock_->passed += *context_.next_put;
      put();
    }
    ADD_FAILURE() << "never done";
    return times;
  }
  void run_to_the_end() { send_times(); }
  void advance(milliseconds time) {
    clock_->passed += time;
    put();
    settle();
  }

  [[nodiscard]] std::string failure() const { return failure_ ? failure_->message() : "none"; }
  /// What may be committed of a partition.
  [[nodiscard]] std::int64_t committable(std::int32_t partition = 0) {
    const Result<PartitionOffsets> offsets = task_->pre_commit(taken_);
    return offsets ? offsets->at({"orders", partition}) : -1;
  }
  /// The head of a request, line by line.
  static std::vector<std::string> lines_of(const std::string& request) {
    std::vector<std::string> lines;
    std::size_t at = 0;
    for (std::size_t end = 0; (end = request.find("\r\n", at)) != std::string::npos && end > at;
         at = end + 2) {
      lines.push_back(request.substr(at, end - at));
    }
    return lines;
  }
  static std::string header_of(const std::string& request, const std::string& name) {
    for (const std::string& line : lines_of(request)) {
      if (line.starts_with(name + ": ")) return line.substr(name.size() + 2);
    }
    return "(none)";
  }

  log::Capture log_;
  SocketServer server_;
  Plugins plugins_;
  std::shared_ptr<StillClock> clock_ = std::make_shared<StillClock>();
  FakeSinkContext context_;
  std::unique_ptr<HttpSinkTask> task_;
  std::optional<Error> failure_;
  PartitionOffsets taken_;
  std::map<std::int32_t, std::int64_t> next_offset_;
};

}  // namespace millrace::http

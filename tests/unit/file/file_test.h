#pragma once

#include "base/log.h"
#include "file/file_connectors.h"

#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

namespace millrace::file {

/// A folder of the test's own, gone with it.
class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "millrace-file-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TempFolder() { std::filesystem::remove_all(path_); }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  [[nodiscard]] std::string operator/(std::string_view name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

inline void append(const std::string& path, std::string_view bytes) {
  std::ofstream(path, std::ios::app | std::ios::binary) << bytes;
}
inline void overwrite(const std::string& path, std::string_view bytes) {
  std::ofstream(path, std::ios::trunc | std::ios::binary) << bytes;
}
inline std::string content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Keeps what the file connectors register.
class Plugins final : public PluginRegistry {
 public:
  Plugins() { register_file_connectors(*this); }
  void add_source(SourcePlugin plugin) override { source = std::move(plugin); }
  void add_sink(SinkPlugin plugin) override { sink = std::move(plugin); }
  void add_converter(SimplePlugin<Converter>) override { ADD_FAILURE() << "a converter"; }
  void add_header_converter(SimplePlugin<HeaderConverter>) override {
    ADD_FAILURE() << "a header converter";
  }
  void add_transformation(SimplePlugin<Transformation>) override {
    ADD_FAILURE() << "a transformation";
  }
  void add_predicate(SimplePlugin<Predicate>) override { ADD_FAILURE() << "a predicate"; }
  void add_config_provider(SimplePlugin<ConfigProvider>) override { ADD_FAILURE() << "a provider"; }
  void add_override_policy(SimplePlugin<OverridePolicy>) override { ADD_FAILURE() << "a policy"; }

  SourcePlugin source;
  SinkPlugin sink;
};

/// A store with the offset of every partition, and a clock that only the test moves.
class FakeSourceContext final : public SourceTaskContext, public OffsetStorageReader {
 public:
  NullableOffsetMap stored;                      ///< the answer to every partition
  std::vector<OffsetMap> asked;                  ///< partitions that were looked up
  std::vector<std::chrono::milliseconds> waits;  ///< how long the task wanted to wait
  std::function<void()> while_waiting = [] {};   ///< what happens meanwhile
  bool stopping = false;

  Result<ConfigMap> configs() override { return ConfigMap(); }
  OffsetStorageReader& offsets() override { return *this; }
  TransactionContext* transactions() override { return nullptr; }
  PluginMetrics& metrics() override { std::abort(); }
  bool wait_for(std::chrono::milliseconds time) override {
    waits.push_back(time);
    while_waiting();
    return stopping;
  }
  Result<NullableOffsetMap> offset(const OffsetMap& partition) override {
    asked.push_back(partition);
    return stored;
  }
  Result<std::vector<NullableOffsetMap>> offsets(std::span<const OffsetMap> partitions) override {
    return std::vector<NullableOffsetMap>(partitions.size(), stored);
  }
};

/// A source task at work on one file.
class FileSourceTest : public testing::Test {
 protected:
  /// Starts a task as a worker does.
  void start(ConfigMap config) {
    config.set("topic", "lines");
    const Result<Config> parsed = plugins_.source.config.parse(config);
    ASSERT_TRUE(parsed) << parsed.error().message();
    task_ = plugins_.source.make_task();
    ASSERT_TRUE(task_->initialize(context_));
    ASSERT_TRUE(task_->start(*parsed));
  }
  void start() { start({{"file", path_}}); }
  /// The texts of the next poll; its records are in batch_.
  std::vector<std::string> poll() {
    batch_.clear();
    const Result<void> polled = task_->poll(batch_);
    EXPECT_TRUE(polled) << polled.error().message();
    std::vector<std::string> lines;
    for (const SourceRecord& record : batch_.records()) lines.emplace_back(record.value.view());
    return lines;
  }
  std::string poll_error() {
    batch_.clear();
    const Result<void> polled = task_->poll(batch_);
    return polled ? "no error" : polled.error().message();
  }
  /// The position of the last record of the last poll.
  std::int64_t position() {
    const OffsetView offset = batch_.records().back().source_offset;
    EXPECT_EQ(offset.entries().size(), 1U);
    EXPECT_EQ(offset.entries().front().key, "position");
    return *offset.entries().front().value.get_if<std::int64_t>();
  }
  void store_position(Value position) {
    context_.stored = OffsetMap{{"position", std::move(position)}};
  }

  log::Capture log_;
  TempFolder folder_;
  std::string path_ = folder_ / "in.txt";
  Plugins plugins_;
  FakeSourceContext context_;
  std::unique_ptr<SourceTask> task_;
  SourceBatch batch_;
};

}  // namespace millrace::file

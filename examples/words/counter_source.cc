#include "counter_source.h"

#include <span>

namespace words {

using namespace millrace;

namespace {

// Names of a source partition's and an offset's entries. Records point at them, so they live on.
constexpr std::string_view counter_entry = "counter";
constexpr std::string_view last_entry = "last";

std::string joined(std::span<const std::string> texts) {
  std::string list;
  for (const std::string& text : texts) list += (list.empty() ? "" : ",") + text;
  return list;
}

}  // namespace

ConfigDef counter_config() {
  ConfigDef def;
  def.define({.name = "topic",
              .importance = Importance::high,
              .documentation = "Topic that the numbers are sent to.",
              .required = true,
              .validator = Validator::non_empty_string()});
  def.define({.name = "counters",
              .type = ConfigType::list,
              .importance = Importance::high,
              .documentation = "Names of the counters. They are divided among the tasks.",
              .required = true,
              .validator = Validator::list({})});
  def.define({.name = "up.to",
              .type = ConfigType::int64,
              .documentation = "The last number.",
              .default_value = "1000",
              .validator = Validator::at_least(1)});
  def.define({.name = "pause.ms",
              .type = ConfigType::int64,
              .importance = Importance::low,
              .documentation = "Milliseconds between two rounds of counting.",
              .default_value = "1000",
              .validator = Validator::at_least(0)});
  return def;
}

Result<void> CounterSourceConnector::start(const Config& config) {
  properties_ = config.originals();
  counters_ = config.get<std::vector<std::string>>("counters");
  return {};
}

Result<std::vector<ConfigMap>> CounterSourceConnector::task_configs(std::int32_t max_tasks) {
  std::vector<ConfigMap> configs;
  const std::span<const std::string> all(counters_);
  for (const auto& group : group_partitions(all, static_cast<std::size_t>(max_tasks))) {
    ConfigMap config = properties_;
    config.set("counters", joined(group));
    configs.push_back(std::move(config));
  }
  return configs;
}

Result<void> CounterSourceTask::start(const Config& config) {
  topic_ = config.get<std::string>("topic");
  up_to_ = config.get<std::int64_t>("up.to");
  pause_ = std::chrono::milliseconds(config.get<std::int64_t>("pause.ms"));
  for (const std::string& name : config.get<std::vector<std::string>>("counters")) {
    counters_.push_back({name});
  }
  return continue_where_we_were();
}

Result<void> CounterSourceTask::continue_where_we_were() {
  std::vector<OffsetMap> partitions;
  for (const Counter& counter : counters_) {
    partitions.push_back({{std::string(counter_entry), Value(counter.name)}});
  }
  const Result<std::vector<NullableOffsetMap>> offsets = context().offsets().offsets(partitions);
  if (!offsets) return Error(offsets.error());
  for (std::size_t i = 0; i < counters_.size(); ++i) {
    const NullableOffsetMap& offset = (*offsets)[i];
    if (!offset) continue;  // never sent, or somebody has reset it
    const auto last = offset->find(last_entry);
    // Whole numbers come back as int64, whatever they were when they were stored.
    const auto* number = last == offset->end() ? nullptr : last->second.get_if<std::int64_t>();
    if (number == nullptr) {
      return Error{ErrorCode::fatal,
                   "the stored offset of counter '" + counters_[i].name + "' has no number 'last'"};
    }
    counters_[i].last = *number;
  }
  return {};
}

Result<void> CounterSourceTask::poll(SourceBatch& batch) {
  // Wakes up when the task has to stop or to pause, which a sleep of ours would not.
  if (context().wait_for(pause_)) return {};
  for (Counter& counter : counters_) {
    if (counter.last >= up_to_) continue;
    ++counter.last;
    SourceRecord& record = batch.add();
    record.topic = Text::borrow(topic_);
    record.key_schema = schemas::string();
    record.key = Text::borrow(counter.name);
    record.value_schema = schemas::string();
    record.value = batch.keep_text(counter.name + " " + std::to_string(counter.last));
    record.source_partition = batch.entries({{counter_entry, Text::borrow(counter.name)}});
    record.source_offset = batch.entries({{last_entry, Value(counter.last)}});
  }
  return {};
}

}  // namespace words

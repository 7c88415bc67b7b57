#include "file/file_connectors.h"

#include "file/sink_task.h"
#include "file/source_task.h"

namespace millrace::file {

namespace {

constexpr const char* version = "4.3.0";  // the release of Kafka Connect that these stand in for

ConfigDef source_config() {
  ConfigDef def;
  def.define({.name = "file",
              .importance = Importance::high,
              .documentation = "File whose lines are read; the standard input when left out."});
  def.define({.name = "topic",
              .importance = Importance::high,
              .documentation = "Topic that the lines are sent to.",
              .required = true,
              .validator = Validator::non_empty_string()});
  def.define({.name = "batch.size",
              .type = ConfigType::int32,
              .importance = Importance::low,
              .documentation = "Most lines that are handed over at once.",
              .default_value = "2000"});
  return def;
}

ConfigDef sink_config() {
  ConfigDef def;
  def.define({.name = "file",
              .importance = Importance::high,
              .documentation = "File that lines are added to, made if missing; the standard output "
                               "when left out."});
  return def;
}

bool has_file(const ConfigMap& properties) { return !properties.get_or("file", "").empty(); }

Result<void> check_offset(const OffsetChange& change) {
  if (!change.partition.contains(filename_key)) {
    return Error{ErrorCode::invalid_config, "Partition objects should contain the key 'filename'"};
  }
  if (!change.offset) return {};
  const auto position = change.offset->find(position_key);
  if (position == change.offset->end()) {
    return Error{ErrorCode::invalid_config,
                 "Offset objects should either be null or contain the key 'position'"};
  }
  const std::int64_t* number = position->second.get_if<std::int64_t>();
  if (number == nullptr) {
    return Error{ErrorCode::invalid_config,
                 "The value for the 'position' key in the offset is expected to be a Long value"};
  }
  if (*number < 0) {
    return Error{ErrorCode::invalid_config,
                 "The value for the 'position' key in the offset should be a non-negative value"};
  }
  return {};
}

/// One task reads the file.
class FileSourceConnector final : public SourceConnector {
 public:
  Result<void> start(const Config& config) override {
    properties_ = config.originals();
    return {};
  }
  Result<std::vector<ConfigMap>> task_configs(std::int32_t /*max_tasks*/) override {
    return std::vector{properties_};
  }
  Result<ExactlyOnceSupport> exactly_once_support(const ConfigMap& properties) override {
    return has_file(properties) ? ExactlyOnceSupport::supported : ExactlyOnceSupport::unsupported;
  }
  Result<bool> alter_offsets(const ConfigMap& properties,
                             std::span<const OffsetChange> changes) override {
    if (!has_file(properties)) {
      return Error{ErrorCode::invalid_config,
                   "Offsets cannot be modified: no 'file' is configured, and of the standard input "
                   "none are kept"};
    }
    for (const OffsetChange& change : changes) MILLRACE_TRY(check_offset(change));
    return true;
  }

 private:
  ConfigMap properties_;
};

/// Every task adds to the same file.
class FileSinkConnector final : public SinkConnector {
 public:
  Result<void> start(const Config& config) override {
    properties_ = config.originals();
    return {};
  }
  Result<std::vector<ConfigMap>> task_configs(std::int32_t max_tasks) override {
    return std::vector<ConfigMap>(static_cast<std::size_t>(std::max(0, max_tasks)), properties_);
  }
  /// Kafka keeps the offsets; there is nothing else to move.
  Result<bool> alter_offsets(
      const ConfigMap& /*properties*/,
      const std::map<TopicPartition, std::optional<std::int64_t>>& /*changes*/) override {
    return true;
  }

 private:
  ConfigMap properties_;
};

}  // namespace

void register_file_connectors(PluginRegistry& registry) {
  registry.add_source({.name = "org.apache.kafka.connect.file.FileStreamSourceConnector",
                       .version = version,
                       .config = source_config(),
                       .make_task = [] { return std::make_unique<FileSourceTask>(); },
                       .make_connector = [] { return std::make_unique<FileSourceConnector>(); },
                       .task_name = "org.apache.kafka.connect.file.FileStreamSourceTask"});
  registry.add_sink({.name = "org.apache.kafka.connect.file.FileStreamSinkConnector",
                     .version = version,
                     .config = sink_config(),
                     .make_task = [] { return std::make_unique<FileSinkTask>(); },
                     .make_connector = [] { return std::make_unique<FileSinkConnector>(); },
                     .task_name = "org.apache.kafka.connect.file.FileStreamSinkTask"});
}

}  // namespace millrace::file

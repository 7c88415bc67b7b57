#include "word_count_sink.h"

#include <cstdio>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <unistd.h>

namespace words {

using namespace millrace;

namespace {

Error file_error(std::string_view what, const std::string& file) {
  // Retriable: a disk that is full now may have room later, and nothing is lost meanwhile.
  return Error{ErrorCode::retriable, std::string(what) + " file '" + file + "'"};
}

bool make_durable(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool done = ::fsync(descriptor) == 0;
  ::close(descriptor);
  return done;
}

}  // namespace

ConfigDef word_count_config() {
  return ConfigDef().define({.name = "file",
                             .importance = Importance::high,
                             .documentation = "File that holds the counts.",
                             .required = true,
                             .validator = Validator::non_empty_string()});
}

Result<void> WordCountSinkConnector::start(const Config& config) {
  properties_ = config.originals();
  return {};
}

Result<std::vector<ConfigMap>> WordCountSinkConnector::task_configs(std::int32_t /*max_tasks*/) {
  return std::vector{properties_};
}

Result<void> WordCountSinkTask::start(const Config& config) {
  file_ = config.get<std::string>("file");
  return load();
}

Result<void> WordCountSinkTask::load() {
  std::ifstream in(file_);
  if (!in) return {};  // the first time
  std::string line;
  while (std::getline(in, line)) {
    std::istringstream fields(line);
    std::string kind;
    std::string text;
    std::int64_t number = 0;
    std::int32_t partition = 0;
    if (fields >> kind >> number && kind == "word" && fields >> text) {
      counts_[text] = static_cast<std::uint64_t>(number);
    } else if (kind == "read" && fields >> partition >> text) {
      next_[{text, partition}] = number;
    } else {
      return Error{ErrorCode::fatal,
                   "file '" + file_ + "' was not written by this connector: '" + line + "'"};
    }
  }
  return in.bad() ? Result<void>(file_error("cannot read", file_)) : Result<void>();
}

Result<void> WordCountSinkTask::open(const PartitionSet& added) {
  // What our file says wins over what was committed to Kafka.
  PartitionOffsets known;
  for (const TopicPartition& partition : added) {
    if (const auto it = next_.find(partition); it != next_.end()) known.insert(*it);
  }
  if (!known.empty()) context().offset(known);
  return {};
}

Result<void> WordCountSinkTask::put(std::span<const SinkRecord> records) {
  for (const SinkRecord& record : records) {
    // Topic and offset as Kafka has them; a transform may have given the record another topic.
    std::int64_t& next = next_[{record.original_topic.str(), record.original_partition}];
    if (record.original_offset < next) continue;  // counted before
    const Text* text = record.value.get_if<Text>();
    if (text == nullptr) {
      return Error{ErrorCode::bad_record,
                   "value is a " + std::string(record.value.java_class()) + ", not a text"};
    }
    std::istringstream words(text->str());
    for (std::string word; words >> word;) ++counts_[word];
    next = record.original_offset + 1;
  }
  return {};
}

Result<void> WordCountSinkTask::flush(const PartitionOffsets& /*offsets*/) { return save(); }

Result<void> WordCountSinkTask::save() const {
  const std::string temporary = file_ + ".new";
  std::ofstream out(temporary, std::ios::trunc);
  for (const auto& [word, count] : counts_) out << "word " << count << ' ' << word << '\n';
  for (const auto& [from, next] : next_) {
    out << "read " << next << ' ' << from.partition << ' ' << from.topic << '\n';
  }
  out.close();
  if (!out || !make_durable(temporary)) return file_error("cannot write", temporary);
  if (std::rename(temporary.c_str(), file_.c_str()) != 0)
    return file_error("cannot replace", file_);
  return {};
}

}  // namespace words

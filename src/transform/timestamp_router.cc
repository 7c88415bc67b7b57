#include "base/clock.h"
#include "transform/bundled.h"
#include "transform/date_pattern.h"
#include "transform/options.h"

namespace millrace::transform {

namespace {

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
}

/// Gives records a topic that is made of the old one and their timestamp.
class TimestampRouter final : public Transformation {
 public:
  Result<void> configure(const Config& config) override {
    topic_format_ = text_or_empty(config, "topic.format");
    pattern_ =
        DatePattern::compile(text_or_empty(config, "timestamp.format"), SystemClock().wall());
    return {};
  }

  Result<std::optional<Record>> apply(const Record& record) override {
    if (!record.timestamp) {
      return Error{ErrorCode::bad_record, "Timestamp missing on record: " + place_of(record)};
    }
    if (!*pattern_) return pattern_->error();  // found with the first record only, as in Java
    const Instant timestamp{std::chrono::milliseconds(*record.timestamp)};
    std::string topic = topic_format_;
    replace_all(topic, "${topic}", record.topic.view());
    replace_all(topic, "${timestamp}", (*pattern_)->format(timestamp));
    return with_topic(record, Text(topic));
  }

 private:
  static std::string place_of(const Record& record) {
    std::string place = "topic '" + record.topic.str() + "'";
    if (record.partition) place += ", partition " + std::to_string(*record.partition);
    if (record.sink_offset) place += ", offset " + std::to_string(*record.sink_offset);
    return place;
  }

  std::string topic_format_;
  std::optional<Result<DatePattern>> pattern_;
};

ConfigKey format_key(const char* name, const char* fallback, const char* documentation) {
  return {.name = name,
          .type = ConfigType::string,
          .importance = Importance::high,
          .documentation = documentation,
          .default_value = fallback};
}

}  // namespace

void add_timestamp_router(PluginRegistry& registry) {
  ConfigDef def;
  def.define(format_key("topic.format", "${topic}-${timestamp}",
                        "The new topic; ${topic} is the old one, ${timestamp} the date."));
  def.define(format_key("timestamp.format", "yyyyMMdd",
                        "How the timestamp is written, as a pattern of Java's SimpleDateFormat."));
  add_transformation<TimestampRouter>(registry, "TimestampRouter", def);
}

}  // namespace millrace::transform

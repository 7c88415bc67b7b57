#include "transform/bundled.h"
#include "transform/options.h"
#include "transform/pattern_rule.h"
#include "transform/topic_memo.h"

namespace millrace::transform {

namespace {

/// Whether there is at least one header of that name, whatever its value.
class HasHeaderKey final : public Predicate {
 public:
  Result<void> configure(const Config& config) override {
    name_ = text_or_empty(config, "name");
    return {};
  }
  Result<bool> test(const Record& record) override { return record.headers.last(name_) != nullptr; }

 private:
  std::string name_;
};

/// Whether the value is null, whatever its schema.
class RecordIsTombstone final : public Predicate {
 public:
  Result<void> configure(const Config&) override { return {}; }
  Result<bool> test(const Record& record) override { return record.value.is_null(); }
};

/// Whether the whole topic matches a regular expression.
class TopicNameMatches final : public Predicate {
 public:
  Result<void> configure(const Config& config) override {
    Result<config::JavaRegex> pattern = compile_pattern(config, "pattern");
    if (!pattern) return std::move(pattern.error());
    pattern_ = *std::move(pattern);
    return {};
  }
  Result<bool> test(const Record& record) override {
    const std::string_view topic = record.topic.view();
    if (topic.empty()) return false;  // no topic at all
    return answers_.get(topic, [&] { return matches_whole(*pattern_, topic); });
  }

 private:
  std::optional<config::JavaRegex> pattern_;
  TopicMemo<bool> answers_;
};

template <class T>
void add(PluginRegistry& registry, const char* simple_name, const ConfigDef& def) {
  registry.add_predicate({.name = std::string(package) + "predicates." + simple_name,
                          .version = version,
                          .config = def,
                          .make = [] { return std::make_unique<T>(); }});
}

}  // namespace

void add_predicates(PluginRegistry& registry) {
  ConfigKey name = text_key("name", Importance::medium, "Name of the header to look for.");
  name.validator = Validator::non_empty_string();
  add<HasHeaderKey>(registry, "HasHeaderKey", ConfigDef().define(std::move(name)));

  add<RecordIsTombstone>(registry, "RecordIsTombstone", ConfigDef());

  ConfigKey pattern = text_key("pattern", Importance::medium,
                               "Java regular expression that the whole topic has to match.");
  pattern.validator = Validator::all_of({Validator::non_empty_string(), pattern_rule()});
  add<TopicNameMatches>(registry, "TopicNameMatches", ConfigDef().define(std::move(pattern)));
}

}  // namespace millrace::transform

#include "config/java_regex.h"
#include "transform/bundled.h"
#include "transform/options.h"
#include "transform/pattern_rule.h"
#include "transform/replacement.h"
#include "transform/topic_memo.h"

namespace millrace::transform {

namespace {

/// Gives records another topic, made of the old one by a regular expression.
class RegexRouter final : public Transformation {
 public:
  Result<void> configure(const Config& config) override {
    Result<config::JavaRegex> regex = compile_pattern(config, "regex");
    if (!regex) return std::move(regex.error());
    regex_ = *std::move(regex);
    replacement_ = text_or_empty(config, "replacement");
    return {};
  }

  Result<std::optional<Record>> apply(const Record& record) override {
    const std::string_view topic = record.topic.view();
    const auto& route = routes_.get(topic, [&] { return route_of(topic); });
    if (!route) return route.error();
    if (!*route) return record;
    return with_topic(record, **route);
  }

 private:
  /// None: the topic stays.
  [[nodiscard]] Result<std::optional<Text>> route_of(std::string_view topic) const {
    const Result<bool> matches = matches_whole(*regex_, topic);
    if (!matches) return matches.error();
    if (!*matches) return std::optional<Text>();
    // Searched for anew, as in Java: a lazy pattern now takes less than the whole topic.
    const auto groups = regex_->find_groups(topic);
    if (!groups) return Error(ErrorCode::bad_record, groups.error().message());
    if (!*groups) return std::optional<Text>();
    const Result<std::string> middle = expand_replacement(replacement_, *regex_, **groups);
    if (!middle) return middle.error();
    const std::string_view match = *(**groups)[0];
    const auto start = static_cast<std::size_t>(match.data() - topic.data());
    return std::optional(Text(std::string(topic.substr(0, start)) + *middle +
                              std::string(topic.substr(start + match.size()))));
  }

  std::optional<config::JavaRegex> regex_;
  std::string replacement_;
  TopicMemo<std::optional<Text>> routes_;
};

}  // namespace

void add_regex_router(PluginRegistry& registry) {
  ConfigDef def;
  ConfigKey regex = text_key("regex", Importance::high,
                             "Java regular expression that the whole topic has to match.");
  regex.validator = pattern_rule();
  def.define(std::move(regex));
  def.define(text_key("replacement", Importance::high,
                      "The new topic; $1, ${name} are what groups of the expression took."));
  add_transformation<RegexRouter>(registry, "RegexRouter", def);
}

}  // namespace millrace::transform

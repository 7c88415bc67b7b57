#include "base/java_number.h"
#include "config/connector_parts.h"
#include "config/java_regex.h"

#include <algorithm>

namespace millrace::config {

namespace {

constexpr std::string_view topics_key = "topics";
constexpr std::string_view regex_key = "topics.regex";
constexpr std::string_view dead_letter_key = "errors.deadletterqueue.topic.name";

void add_message(std::vector<ConfigValue>& values, std::string_view key, std::string message) {
  if (ConfigValue* value = find_value(values, key)) value->errors.push_back(std::move(message));
}

}  // namespace

void check_topics(const ConfigMap& properties, std::vector<ConfigValue>& values) {
  const std::string topics_text = properties.get_or(topics_key, "");
  const std::string regex_text = properties.get_or(regex_key, "");
  const bool has_topics = !java_trim(topics_text).empty();
  const bool has_regex = !java_trim(regex_text).empty();
  if (has_topics == has_regex) {
    const std::string message =
        has_topics ? "topics and topics.regex are mutually exclusive options, but both are set."
                   : "Must configure one of topics or topics.regex";
    add_message(values, topics_key, message);
    add_message(values, regex_key, message);
  }
  const std::string dead_letter(java_trim(properties.get_or(dead_letter_key, "")));
  if (dead_letter.empty()) return;
  const std::string subject = "The DLQ topic '" + dead_letter + "' may not be ";
  if (has_topics) {
    const Setting list =
        parse_setting(topics_key, topics_text, ConfigType::list).value_or(Setting());
    const auto* topics = std::get_if<std::vector<std::string>>(&list);
    if (topics != nullptr && std::ranges::find(*topics, dead_letter) != topics->end()) {
      std::string shown;
      for (const std::string& topic : *topics)
        shown.append(shown.empty() ? "" : ", ").append(topic);
      add_message(values, topics_key,
                  subject + "included in the list of topics ('topics=[" + shown +
                      "]') consumed by the connector");
    }
  }
  if (has_regex) {
    const Result<JavaRegex> regex = JavaRegex::compile(regex_text);
    if (regex && regex->matches(dead_letter).value_or(false)) {
      add_message(values, regex_key,
                  subject + "matched by the regex for the topics ('topics.regex=" + regex_text +
                      "') consumed by the connector");
    }
  }
}

}  // namespace millrace::config

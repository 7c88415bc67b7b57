#include "connector_fixture.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>

// Answers that the Java worker gave to the same configurations, documentation left out.
namespace millrace::config {
namespace {

using Json = nlohmann::ordered_json;

Json text_or_null(const std::optional<std::string>& text) { return text ? Json(*text) : Json(); }

Json definition_json(const ConfigKey& key) {
  return {{"name", key.name},
          {"type", to_string(key.type)},
          {"required", key.required},
          {"default_value", text_or_null(key.default_value)},
          {"importance", to_string(key.importance)},
          {"group", text_or_null(key.group)},
          {"order_in_group", key.order_in_group},
          {"width", to_string(key.width)},
          {"display_name", key.display_name},
          {"dependents", key.dependents}};
}

Json value_json(const ConfigValue& value) {
  Json recommended = Json::array();
  for (const Setting& setting : value.recommended_values) {
    recommended.push_back(text_or_null(to_text(setting)));
  }
  return {{"name", value.name},
          {"value", text_or_null(to_text(value.value))},
          {"recommended_values", recommended},
          {"errors", value.errors},
          {"visible", value.visible}};
}

Json answer_json(const std::string& name, const ConnectorValidation& validation) {
  Json entries = Json::array();
  for (const CheckedKey& entry : validation.entries) {
    entries.push_back(
        {{"definition", entry.definition ? definition_json(*entry.definition) : Json()},
         {"value", value_json(entry.value)}});
  }
  return {{"name", name},
          {"error_count", validation.error_count},
          {"groups", validation.groups},
          {"configs", entries}};
}

void check(const Json& wanted, const Json& got) {
  if (!wanted.contains("configs")) {
    EXPECT_EQ(got, wanted);
    return;
  }
  const std::size_t count = std::min(wanted["configs"].size(), got["configs"].size());
  for (std::size_t i = 0; i < count; ++i) EXPECT_EQ(got["configs"][i], wanted["configs"][i]);
  EXPECT_EQ(got["configs"].size(), wanted["configs"].size());
  EXPECT_EQ(got["groups"], wanted["groups"]);
  EXPECT_EQ(got["error_count"], wanted["error_count"]);
}

TEST(ConnectorAnswers, AreThoseOfTheJavaWorker) {
  WorkerFixture worker;
  const ConfigKey acks{.name = "acks",
                       .type = ConfigType::string,
                       .importance = Importance::low,
                       .default_value = "all",
                       .display_name = "acks"};
  worker.surroundings.client_key = [&acks](ClientKind, std::string_view name) {
    return name == "acks" ? &acks : nullptr;
  };
  std::ifstream file(MILLRACE_TEST_DATA "/config/validation.jsonl");
  int cases = 0;
  for (std::string line; std::getline(file, line); ++cases) {
    const Json one = Json::parse(line);
    SCOPED_TRACE(one["case"].get<std::string>());
    ConfigMap properties;
    for (const auto& [key, value] : one["config"].items()) {
      properties.set(key, value.get<std::string>());
    }
    const std::string name = properties.get_or("connector.class", "");
    const ConnectorValidation got =
        worker.validate(properties, name.find("Sink") != std::string::npos);
    if (const Json& wanted = one["answer"]; wanted.contains("message")) {
      const std::optional<Error> error = validation_error(got);
      check(wanted, {{"message", error ? error->message() : "none"}});
    } else {
      check(wanted, answer_json(name, got));
    }
  }
  EXPECT_EQ(cases, 17);
}

}  // namespace
}  // namespace millrace::config

#include "config/connector_config.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>

namespace millrace::config {
namespace {

using Json = nlohmann::ordered_json;

void check_key(const ConfigKey& key, const Json& wanted) {
  SCOPED_TRACE(key.name);
  EXPECT_EQ(key.name, wanted.at("name").get<std::string>());
  EXPECT_EQ(to_string(key.type), wanted.at("type").get<std::string>());
  EXPECT_EQ(to_string(key.importance), wanted.at("importance").get<std::string>());
  EXPECT_EQ(key.required, wanted.value("required", false));
  const Json standard = wanted.value("default", Json());
  EXPECT_EQ(key.default_value,
            standard.is_null() ? std::nullopt : std::optional(standard.get<std::string>()));
  EXPECT_EQ(key.group, wanted.at("group").get<std::string>());
  EXPECT_EQ(key.order_in_group, wanted.at("order").get<int>());
  EXPECT_EQ(to_string(key.width), wanted.at("width").get<std::string>());
  EXPECT_EQ(key.display_name, wanted.at("display").get<std::string>());
  EXPECT_FALSE(key.documentation.empty());
  // Whether a class is a converter is known where the plugins are.
  if (!wanted.value("validator", "").starts_with("class(")) {
    EXPECT_EQ(static_cast<bool>(key.validator), wanted.contains("validator"));
  }
}

void check_all(ConnectorKind kind, const std::vector<const char*>& parts) {
  std::ifstream file(MILLRACE_TEST_DATA "/config-keys.json");
  const Json reference = Json::parse(file).at("connector");
  const ConfigDef def = connector_def(kind);
  ASSERT_FALSE(def.build_error()) << def.build_error()->message();
  std::size_t at = 0;
  for (const char* part : parts) {
    for (const Json& wanted : reference.at(part)) {
      ASSERT_LT(at, def.keys().size());
      check_key(def.keys()[at++], wanted);
    }
  }
  EXPECT_EQ(at, def.keys().size());
}

TEST(ConnectorKeys, OfSinksAreThoseOfKafkaConnect) {
  check_all(ConnectorKind::sink, {"common", "error_handling", "sink"});
}

TEST(ConnectorKeys, OfSourcesAreThoseOfKafkaConnect) {
  check_all(ConnectorKind::source,
            {"common", "error_handling", "source_topic_creation", "source_exactly_once"});
}

}  // namespace
}  // namespace millrace::config

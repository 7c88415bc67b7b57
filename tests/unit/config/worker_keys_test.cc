#include "config/worker_config.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <set>

namespace millrace::config {
namespace {

using Json = nlohmann::ordered_json;

Json reference() {
  std::ifstream file(MILLRACE_TEST_DATA "/config-keys.json");
  return Json::parse(file).at("worker");
}

std::string message(const ConfigKey& key, const Setting& value) {
  const Result<void> result = key.validator.check(key.name, value);
  return result ? "" : result.error().message();
}

Setting number(ConfigType type, double value) {
  if (type == ConfigType::int16) return static_cast<std::int16_t>(value);
  if (type == ConfigType::int32) return static_cast<std::int32_t>(value);
  if (type == ConfigType::int64) return static_cast<std::int64_t>(value);
  return value;
}

/// Holds a key's rule against the reference's short form of it.
void check_rule(const ConfigKey& key, const std::string& rule) {
  if (rule.starts_with("in[") || rule.starts_with("in_ci[")) {
    const bool any_case = rule.starts_with("in_ci[");
    std::string listed = rule.substr(rule.find('[') + 1);
    listed.pop_back();
    for (std::size_t at = 0; (at = listed.find(',', at)) != std::string::npos; at += 2) {
      listed.insert(at + 1, " ");
    }
    EXPECT_EQ(key.validator.allowed(), (any_case ? "(case insensitive) [" : "[") + listed + "]");
  } else if (rule.starts_with(">=")) {
    const double least = std::stod(rule.substr(2));
    EXPECT_EQ(key.validator.allowed(), "[" + rule.substr(2) + ",...]");
    EXPECT_EQ(message(key, number(key.type, least)), "");
    EXPECT_NE(message(key, number(key.type, least - 1)), "");
  } else if (const std::size_t dots = rule.find(".."); dots != std::string::npos) {
    const double low = std::stod(rule.substr(0, dots));
    const double high = std::stod(rule.substr(dots + 2));
    EXPECT_EQ(message(key, number(key.type, low)), "");
    EXPECT_EQ(message(key, number(key.type, high)), "");
    EXPECT_NE(message(key, number(key.type, low - 1)), "");
    if (high < 2147483647) {
      EXPECT_NE(message(key, number(key.type, high + 1)), "");
    }
  } else if (rule == "-1|>=1") {
    EXPECT_EQ(message(key, number(key.type, -1)), "");
    EXPECT_EQ(message(key, number(key.type, 1)), "");
    EXPECT_NE(message(key, number(key.type, 0)), "");
    EXPECT_NE(message(key, number(key.type, -2)), "");
  } else if (rule.starts_with("list(")) {
    using Texts = std::vector<std::string>;
    EXPECT_NE(message(key, Texts{"a", "a"}), "");
    EXPECT_NE(message(key, Texts{"a", ""}), "");
    EXPECT_EQ(message(key, Texts{"a", "b"}), "");
    EXPECT_EQ(message(key, Texts{}).empty(), rule.find(">=1 item") == std::string::npos);
    EXPECT_EQ(message(key, Setting()).empty(), rule.find("null ok") != std::string::npos);
  } else {
    EXPECT_TRUE(static_cast<bool>(key.validator)) << rule;
  }
}

void check_key(const ConfigDef& def, const Json& wanted) {
  const std::string name = wanted.at("name");
  SCOPED_TRACE(name);
  const ConfigKey* key = def.find(name);
  ASSERT_NE(key, nullptr);
  EXPECT_EQ(to_string(key->type), wanted.at("type").get<std::string>());
  EXPECT_EQ(to_string(key->importance), wanted.at("importance").get<std::string>());
  EXPECT_EQ(key->required, wanted.value("required", false));
  if (!key->required) {
    const Json& value = wanted.at("default");
    EXPECT_EQ(key->default_value,
              value.is_null() ? std::nullopt : std::optional(value.get<std::string>()));
  }
  EXPECT_EQ(key->group, std::nullopt);
  EXPECT_EQ(key->order_in_group, -1);
  EXPECT_EQ(key->width, Width::none);
  EXPECT_EQ(key->display_name, name);
  EXPECT_TRUE(key->dependents.empty());
  EXPECT_FALSE(key->documentation.empty());
  EXPECT_EQ(static_cast<bool>(key->validator), wanted.contains("validator"));
  if (wanted.contains("validator")) check_rule(*key, wanted.at("validator"));
}

void check_all(const ConfigDef& def, const std::vector<const char*>& parts) {
  ASSERT_FALSE(def.build_error()) << def.build_error()->message();
  const Json worker = reference();
  std::set<std::string> names;
  for (const char* part : parts) {
    for (const Json& key : worker.at(part)) {
      check_key(def, key);
      names.insert(key.at("name").get<std::string>());
    }
  }
  for (const ConfigKey& key : def.keys()) {
    EXPECT_TRUE(names.contains(key.name) || key.name.starts_with("millrace.")) << key.name;
  }
}

TEST(WorkerKeys, StandaloneOnesAreThoseOfKafkaConnect) {
  check_all(standalone_config_def(), {"common", "common_rest", "standalone_only"});
}

TEST(WorkerKeys, DistributedOnesAreThoseOfKafkaConnect) {
  check_all(distributed_config_def(), {"common", "common_rest", "distributed_only"});
}

TEST(WorkerKeys, OursHaveDefaults) {
  const ConfigKey* key = standalone_config_def().find("millrace.prefetch.max.bytes");
  ASSERT_NE(key, nullptr);
  EXPECT_EQ(key->default_value, "268435456");
  EXPECT_EQ(key->type, ConfigType::int64);
}

TEST(WorkerKeys, NoDocumentationIsSaidTwice) {
  std::set<std::string> texts;
  for (const ConfigKey& key : distributed_config_def().keys()) {
    EXPECT_TRUE(texts.insert(key.documentation).second) << key.name;
    EXPECT_EQ(key.documentation.back(), '.') << key.name;
  }
}

}  // namespace
}  // namespace millrace::config

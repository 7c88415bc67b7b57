#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "millrace/config_def.h"

namespace millrace {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Texts = std::vector<std::string>;

ConfigKey tasks_max() {
  return {.name = "tasks.max",
          .type = ConfigType::int32,
          .default_value = "1",
          .validator = Validator::at_least(1)};
}

TEST(ConfigDefValidate, AsksTheValidatorEvenAfterAParseError) {
  const std::vector<ConfigValue> values =
      ConfigDef().define(tasks_max()).validate({{"tasks.max", "x"}});
  ASSERT_EQ(values.size(), 1U);
  EXPECT_EQ(values[0].name, "tasks.max");
  EXPECT_EQ(values[0].value, Setting());
  EXPECT_TRUE(values[0].visible);
  EXPECT_THAT(
      values[0].errors,
      ElementsAre("Invalid value x for configuration tasks.max: Not a number of type INT",
                  "Invalid value null for configuration tasks.max: Value must be non-null"));
}

TEST(ConfigDefValidate, AsksTheValidatorAboutAMissingKey) {
  ConfigKey key = tasks_max();
  key.default_value.reset();
  key.required = true;
  EXPECT_THAT(
      ConfigDef().define(key).validate({})[0].errors,
      ElementsAre("Missing required configuration \"tasks.max\" which has no default value.",
                  "Invalid value null for configuration tasks.max: Value must be non-null"));
}

TEST(ConfigDefValidate, ReportsEveryKeyInOrderOfDefinition) {
  const std::vector<ConfigValue> values = ConfigDef()
                                              .define({.name = "b", .dependents = {"a"}})
                                              .define(tasks_max())
                                              .define({.name = "a", .required = true})
                                              .validate({{"b", "text"}});
  ASSERT_EQ(values.size(), 3U);
  EXPECT_EQ(values[0].value, Setting("text"));
  EXPECT_EQ(values[1].value, Setting(std::int32_t{1}));
  EXPECT_THAT(values[1].errors, IsEmpty());
  EXPECT_THAT(values[2].errors,
              ElementsAre("Missing required configuration \"a\" which has no default value."));
}

TEST(ConfigDefValidate, AddsUndefinedDependentsUnseen) {
  const std::vector<ConfigValue> values =
      ConfigDef().define({.name = "a", .dependents = {"ghost"}}).validate({});
  ASSERT_EQ(values.size(), 2U);
  EXPECT_EQ(values[1].name, "ghost");
  EXPECT_FALSE(values[1].visible);
  EXPECT_THAT(values[1].errors,
              ElementsAre("ghost is referred in the dependents, but not defined."));
}

TEST(ConfigDefValidate, KeysInACircleAreLookedAtOnce) {
  const ConfigDef def = ConfigDef()
                            .define({.name = "a", .required = true, .dependents = {"b"}})
                            .define({.name = "b", .dependents = {"a"}});
  const std::vector<ConfigValue> values = def.validate({{"b", "x"}});
  EXPECT_EQ(values[0].errors.size(), 1U);
  EXPECT_EQ(values[1].value, Setting("x"));
}

/// Suggests the file that "folder" names and hides itself without one.
class FileRecommender final : public Recommender {
 public:
  Result<std::vector<Setting>> valid_values(std::string_view name, const Config& parsed) override {
    if (!parsed.has("folder")) {
      return Error(ErrorCode::invalid_config, "no folder for " + std::string(name));
    }
    return std::vector<Setting>{parsed.get<std::string>("folder") + "/" + std::string(name)};
  }
  Result<bool> visible(std::string_view, const Config& parsed) override {
    return parsed.get<std::string>("folder") != "hidden";
  }
};

ConfigDef with_recommender() {
  return ConfigDef()
      .define({.name = "file", .recommender = std::make_shared<FileRecommender>()})
      .define({.name = "folder", .dependents = {"file"}});
}

TEST(ConfigDefValidate, RecommendersSeeEveryParsedValue) {
  std::vector<ConfigValue> values = with_recommender().validate({{"folder", "/tmp"}});
  EXPECT_THAT(values[0].recommended_values, ElementsAre(Setting("/tmp/file")));
  EXPECT_TRUE(values[0].visible);
  EXPECT_FALSE(with_recommender().validate({{"folder", "hidden"}})[0].visible);
}

TEST(ConfigDefValidate, ARecommendersErrorIsAMessage) {
  EXPECT_THAT(with_recommender().validate({})[0].errors, ElementsAre("no folder for file"));
}

TEST(ConfigDefValidate, EmbeddedRecommendersSeeBareNames) {
  const ConfigDef outer = ConfigDef()
                              .define({.name = "folder", .default_value = "elsewhere"})
                              .embed("p.", "P", 0, with_recommender());
  const std::vector<ConfigValue> values = outer.validate({{"p.folder", "/tmp"}});
  ASSERT_EQ(values[1].name, "p.file");
  EXPECT_THAT(values[1].recommended_values, ElementsAre(Setting("/tmp/file")));
}

}  // namespace
}  // namespace millrace

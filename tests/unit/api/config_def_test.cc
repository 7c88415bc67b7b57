#include "millrace/config_def.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> names(const std::vector<const ConfigKey*>& keys) {
  std::vector<std::string> result;
  for (const ConfigKey* key : keys) result.push_back(key->name);
  return result;
}

TEST(ConfigDef, RemembersTheFirstMistakeOfItsDefinition) {
  const ConfigDef twice = ConfigDef().define({.name = "a"}).define({.name = "a"});
  ASSERT_TRUE(twice.build_error());
  EXPECT_EQ(twice.build_error()->message(), "Configuration a is defined twice.");
  EXPECT_FALSE(twice.parse({}));

  const ConfigDef malformed =
      ConfigDef().define({.name = "n", .type = ConfigType::int32, .default_value = "x"});
  ASSERT_TRUE(malformed.build_error());
  EXPECT_EQ(malformed.build_error()->message(),
            "Invalid value x for configuration n: Not a number of type INT");

  const ConfigDef refused = ConfigDef().define({.name = "n",
                                                .type = ConfigType::int32,
                                                .default_value = "0",
                                                .validator = Validator::at_least(1)});
  ASSERT_TRUE(refused.build_error());
  EXPECT_EQ(refused.build_error()->message(),
            "Invalid value 0 for configuration n: Value must be at least 1");
}

TEST(ConfigDef, ARequiredKeyHasNoDefaultToCheck) {
  EXPECT_FALSE(ConfigDef()
                   .define({.name = "n",
                            .type = ConfigType::int32,
                            .required = true,
                            .validator = Validator::at_least(1)})
                   .build_error());
}

TEST(ConfigDef, NamesItsPartsAsJavaDoes) {
  EXPECT_EQ(to_string(ConfigType::boolean), "BOOLEAN");
  EXPECT_EQ(to_string(ConfigType::string), "STRING");
  EXPECT_EQ(to_string(ConfigType::int32), "INT");
  EXPECT_EQ(to_string(ConfigType::int16), "SHORT");
  EXPECT_EQ(to_string(ConfigType::int64), "LONG");
  EXPECT_EQ(to_string(ConfigType::float64), "DOUBLE");
  EXPECT_EQ(to_string(ConfigType::list), "LIST");
  EXPECT_EQ(to_string(ConfigType::class_name), "CLASS");
  EXPECT_EQ(to_string(ConfigType::password), "PASSWORD");
  EXPECT_EQ(to_string(Importance::high), "HIGH");
  EXPECT_EQ(to_string(Importance::medium), "MEDIUM");
  EXPECT_EQ(to_string(Importance::low), "LOW");
  EXPECT_EQ(to_string(Width::none), "NONE");
  EXPECT_EQ(to_string(Width::short_), "SHORT");
  EXPECT_EQ(to_string(Width::medium), "MEDIUM");
  EXPECT_EQ(to_string(Width::long_), "LONG");
}

TEST(ConfigDef, SortsByGroupOrderRequiredImportanceName) {
  const ConfigDef def =
      ConfigDef()
          .define({.name = "z", .group = "Second seen first", .order_in_group = 2})
          .define({.name = "y", .group = "Another", .order_in_group = 1})
          .define({.name = "x", .group = "Second seen first", .order_in_group = 1})
          .define({.name = "low", .importance = Importance::low})
          .define({.name = "b", .importance = Importance::high})
          .define({.name = "a", .importance = Importance::high})
          .define({.name = "needed", .importance = Importance::low, .required = true});
  EXPECT_THAT(names(def.sorted()), ElementsAre("needed", "a", "b", "low", "x", "z", "y"));
  EXPECT_THAT(def.groups(), ElementsAre("Second seen first", "Another"));
}

TEST(ConfigDef, EmbedsAnotherUnderAPrefix) {
  const ConfigDef inner = ConfigDef()
                              .define({.name = "size",
                                       .type = ConfigType::int32,
                                       .default_value = "1",
                                       .validator = Validator::at_least(1),
                                       .group = "Own",
                                       .order_in_group = 9,
                                       .dependents = {"file"}})
                              .define({.name = "file", .required = true});
  const ConfigDef outer = ConfigDef().define({.name = "top"}).embed("t.a.", "Group: a", 2, inner);
  ASSERT_EQ(outer.keys().size(), 3U);

  const ConfigKey& file = outer.keys()[1];
  EXPECT_EQ(file.name, "t.a.file");
  EXPECT_EQ(file.display_name, "file");
  EXPECT_EQ(file.group, "Group: a");
  EXPECT_EQ(file.order_in_group, 2);
  const ConfigKey& size = outer.keys()[2];
  EXPECT_EQ(size.name, "t.a.size");
  EXPECT_EQ(size.group, "Group: a: Own");
  EXPECT_EQ(size.order_in_group, 3);
  EXPECT_THAT(size.dependents, ElementsAre("t.a.file"));
}

TEST(ConfigDef, EmbeddedValidatorsSeeTheBareNameParsingTheWholeOne) {
  const ConfigDef inner = ConfigDef().define({.name = "size",
                                              .type = ConfigType::int32,
                                              .default_value = "1",
                                              .validator = Validator::at_least(1)});
  const ConfigDef outer = ConfigDef().embed("t.a.", "G", 0, inner);
  EXPECT_FALSE(outer.build_error());
  EXPECT_EQ(outer.parse({{"t.a.size", "0"}}).error().message(),
            "Invalid value 0 for configuration size: Value must be at least 1");
  EXPECT_EQ(outer.parse({{"t.a.size", "x"}}).error().message(),
            "Invalid value x for configuration t.a.size: Not a number of type INT");
}

}  // namespace
}  // namespace millrace

#include "transform_fixture.h"

#include "config/connector_config.h"

namespace millrace {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

ConfigDef chain_def(const ConfigMap& settings) {
  ConfigDef def;
  const Result<void> added = transform::add_chain_keys(def, settings, bundled());
  EXPECT_TRUE(added);
  return def;
}

std::vector<std::string> names(const ConfigDef& def) {
  std::vector<std::string> all;
  for (const ConfigKey& key : def.keys()) all.push_back(key.name);
  return all;
}

const std::string hoist = transforms_package + "HoistField$Value";

TEST(ChainKeys, GeneralKeysThenTheOptionsRequiredOnesFirst) {
  const ConfigDef def = chain_def({{"transforms", "a"}, {"transforms.a.type", hoist}});
  EXPECT_THAT(names(def),
              ElementsAre("transforms.a.type", "transforms.a.plugin.version", "transforms.a.field",
                          "transforms.a.negate", "transforms.a.predicate"));
  EXPECT_THAT(def.groups(), ElementsAre("Transforms: a"));
  const ConfigKey& type = *def.find("transforms.a.type");
  EXPECT_EQ(type.display_name, "Transformation type for a");
  EXPECT_EQ(type.order_in_group, 0);
  EXPECT_TRUE(type.required);
  const ConfigKey& version = *def.find("transforms.a.plugin.version");
  EXPECT_EQ(version.default_value, "4.3.0");
  EXPECT_EQ(version.width, Width::long_);
  const ConfigKey& field = *def.find("transforms.a.field");
  EXPECT_EQ(field.display_name, "field");
  EXPECT_EQ(field.order_in_group, 2);
  EXPECT_EQ(field.width, Width::none);
  EXPECT_EQ(def.find("transforms.a.negate")->default_value, "false");
}

TEST(ChainKeys, PredicatesHaveNoPredicateOfTheirOwn) {
  const ConfigDef def = chain_def({{"predicates", "p"}, {"predicates.p.type", "TopicNameMatches"}});
  EXPECT_THAT(names(def), ElementsAre("predicates.p.type", "predicates.p.plugin.version",
                                      "predicates.p.pattern"));
  EXPECT_THAT(def.groups(), ElementsAre("Predicates: p"));
  EXPECT_EQ(def.find("predicates.p.type")->display_name, "Predicate type for p");
}

TEST(ChainKeys, RecommendsWhatThereIs) {
  const ConfigMap settings = {{"transforms", "a"},
                              {"transforms.a.type", "Filter"},
                              {"predicates", "p"},
                              {"predicates.p.type", "RecordIsTombstone"}};
  const auto values = chain_def(settings).validate(settings, transform::class_lookup(bundled()));
  EXPECT_EQ(values[0].name, "transforms.a.type");
  EXPECT_EQ(values[0].value, Setting(transforms_package + "Filter"));
  EXPECT_THAT(values[0].recommended_values, SizeIs(26));
  EXPECT_EQ(values[0].recommended_values[0], Setting(transforms_package + "Cast$Key"));
  EXPECT_THAT(values[1].recommended_values, ElementsAre(Setting(std::string("4.3.0"))));
  EXPECT_EQ(values[4].name, "predicates.p.type");
  EXPECT_THAT(values[4].recommended_values, SizeIs(3));
}

TEST(ChainKeys, AClassThatCannotBeUsedHasNoOptions) {
  for (const char* type :
       {"no.such.Thing", "RecordIsTombstone", "org.apache.kafka.connect.transforms.Cast"}) {
    EXPECT_THAT(names(chain_def({{"transforms", "a"}, {"transforms.a.type", type}})),
                ElementsAre("transforms.a.type", "transforms.a.plugin.version"))
        << type;
  }
  EXPECT_THAT(names(chain_def({{"transforms", "a,b"}, {"transforms.b.type", "Filter"}})),
              SizeIs(6));
}

std::vector<std::string> errors_of(const ConfigMap& settings, std::string_view key) {
  for (const ConfigValue& value :
       chain_def(settings).validate(settings, transform::class_lookup(bundled()))) {
    if (value.name == key) return value.errors;
  }
  return {"no such key"};
}

TEST(ChainKeys, AnotherVersionIsToldAtClassAndVersion) {
  const std::string mismatch = "Plugin " + transforms_package +
                               "Filter not found that matches the version range [9,9], available "
                               "versions: [4.3.0]";
  ConfigMap settings = {
      {"transforms", "a"}, {"transforms.a.type", "Filter"}, {"transforms.a.plugin.version", "9"}};
  EXPECT_THAT(names(chain_def(settings)),
              ElementsAre("transforms.a.type", "transforms.a.plugin.version"));
  EXPECT_THAT(errors_of(settings, "transforms.a.type"), ElementsAre(mismatch));
  EXPECT_THAT(errors_of(settings, "transforms.a.plugin.version"), ElementsAre(mismatch));
  settings.set("transforms.a.plugin.version", "[1.0");
  EXPECT_THAT(errors_of(settings, "transforms.a.plugin.version"),
              ElementsAre("Unbounded range: [1.0"));
  settings.set("transforms.a.plugin.version", "[4.0,5.0)");
  EXPECT_THAT(errors_of(settings, "transforms.a.type"), IsEmpty());
  EXPECT_THAT(errors_of(settings, "transforms.a.plugin.version"), IsEmpty());
}

TEST(ChainConfig, AnotherVersionIsAnErrorOfItsOwnClass) {
  const auto chain = transform::parse_chain({{"predicates", "p"},
                                             {"predicates.p.type", "RecordIsTombstone"},
                                             {"predicates.p.plugin.version", "(4.3.0,)"}},
                                            bundled());
  ASSERT_FALSE(chain);
  EXPECT_EQ(chain.error().java_class(),
            "org.apache.kafka.connect.runtime.isolation.VersionedPluginLoadingException");
  EXPECT_EQ(chain.error().message(),
            "Plugin " + transforms_package +
                "predicates.RecordIsTombstone not found that matches the version range (4.3.0,), "
                "available versions: [4.3.0]");
}

/// A transformation with options that are called like the general ones.
plugin::Registry with_hidden_options() {
  plugin::Registry plugins;
  transform::register_transforms(plugins);
  ConfigDef def;
  def.define({.name = "predicate", .type = ConfigType::int32, .default_value = "5"});
  def.define({.name = "colour", .type = ConfigType::string});
  plugins.add_transformation({.name = "test.Painter",
                              .config = def,
                              .make = bundled().find_transformation("Filter")->make});
  return plugins;
}

TEST(ChainKeys, GeneralOptionsHideThoseOfTheClass) {
  const plugin::Registry plugins = with_hidden_options();
  ConfigDef def;
  ASSERT_TRUE(transform::add_chain_keys(
      def, {{"transforms", "a"}, {"transforms.a.type", "test.Painter"}}, plugins));
  EXPECT_EQ(def.find("transforms.a.predicate")->type, ConfigType::string);
  EXPECT_NE(def.find("transforms.a.colour"), nullptr);
}

TEST(ChainConfig, UnknownOptionsDoNoHarm) {
  EXPECT_EQ(chain_error({{"transforms", "a"},
                         {"transforms.a.type", "Filter"},
                         {"transforms.a.nonsense", "x"},
                         {"transforms.b.type", "no.such.Thing"}}),
            "");
}

TEST(ChainConfig, APredicateIsAskedForByItsVeryName) {
  const ConfigMap settings = {{"transforms", "a"},
                              {"transforms.a.type", "Filter"},
                              {"transforms.a.predicate", ""},
                              {"predicates", "p"},
                              {"predicates.p.type", "RecordIsTombstone"}};
  EXPECT_EQ(chain_error(settings),
            "org.apache.kafka.connect.errors.ConnectException: "
            "org.apache.kafka.connect.errors.ConnectException: "
            "org.apache.kafka.common.config.ConfigException: "
            "Unknown configuration 'predicates..plugin.version'");
}

TEST(ChainConfig, WhatOnlyConfigureFindsIsWrappedOnce) {
  const auto chain = chain_of({{"transforms", "a"},
                               {"transforms.a.type", transforms_package + "ExtractField$Value"},
                               {"transforms.a.field", "`a"},
                               {"transforms.a.field.syntax.version", "V2"}});
  ASSERT_FALSE(chain);
  EXPECT_EQ(chain.error().java_class(), "org.apache.kafka.connect.errors.ConnectException");
  EXPECT_EQ(chain.error().code(), ErrorCode::fatal);
  EXPECT_THAT(chain.error().message(),
              HasSubstr("org.apache.kafka.common.config.ConfigException: Incomplete backtick"));
  EXPECT_THAT(chain.error().trace(), HasSubstr("transformation 'a' ("));
}

TEST(ClassLookup, KnowsAbstractClassesByTheirFullNameOnly) {
  const ClassLookup classes = transform::class_lookup(bundled());
  EXPECT_EQ(classes("Filter"), transforms_package + "Filter");
  EXPECT_EQ(classes(transforms_package + "Cast"), transforms_package + "Cast");
  EXPECT_EQ(classes("Cast"), std::nullopt);
  EXPECT_EQ(classes("Cast$Value"), std::nullopt);
  EXPECT_EQ(classes(""), std::nullopt);
}

}  // namespace
}  // namespace millrace

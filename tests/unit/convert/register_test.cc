#include "convert_fixture.h"

namespace millrace {
namespace {

using ::testing::ElementsAre;

struct RegisterTest : ::testing::Test {
  OfferedConverters offered;

  static std::vector<std::string> names(const auto& plugins) {
    std::vector<std::string> names;
    for (const auto& [name, plugin] : plugins) names.push_back(name.substr(25));
    return names;
  }
};

TEST_F(RegisterTest, OffersNineConvertersAndTenHeaderConvertersUnderJavasNames) {
  EXPECT_THAT(
      names(offered.converters),
      ElementsAre("converters.BooleanConverter", "converters.ByteArrayConverter",
                  "converters.DoubleConverter", "converters.FloatConverter",
                  "converters.IntegerConverter", "converters.LongConverter",
                  "converters.ShortConverter", "json.JsonConverter", "storage.StringConverter"));
  EXPECT_THAT(names(offered.header_converters),
              ElementsAre("converters.BooleanConverter", "converters.ByteArrayConverter",
                          "converters.DoubleConverter", "converters.FloatConverter",
                          "converters.IntegerConverter", "converters.LongConverter",
                          "converters.ShortConverter", "json.JsonConverter",
                          "storage.SimpleHeaderConverter", "storage.StringConverter"));
  EXPECT_EQ(offered.others, 0);
}

TEST_F(RegisterTest, SaysTheVersionOfApacheKafkaAndMakesInstances) {
  for (const auto& [name, plugin] : offered.converters) {
    EXPECT_EQ(plugin.version, "4.3.0") << name;
    EXPECT_NE(plugin.make(), nullptr) << name;
    EXPECT_FALSE(plugin.config.build_error()) << name;
  }
  for (const auto& [name, plugin] : offered.header_converters) {
    EXPECT_EQ(plugin.version, "4.3.0") << name;
    EXPECT_NE(plugin.make(), nullptr) << name;
  }
}

TEST_F(RegisterTest, AllButTheSimpleHeaderConverterAskForTheirType) {
  for (const auto& [name, plugin] : offered.header_converters) {
    const ConfigKey* type = plugin.config.find("converter.type");
    if (name.ends_with("SimpleHeaderConverter")) {
      EXPECT_TRUE(plugin.config.keys().empty());
      continue;
    }
    ASSERT_NE(type, nullptr) << name;
    EXPECT_TRUE(type->required);
    EXPECT_EQ(type->importance, Importance::low);
    EXPECT_EQ(type->validator.allowed(), "[key, value, header]");
    EXPECT_FALSE(plugin.config.parse({{"converter.type", "else"}}));
    EXPECT_FALSE(plugin.config.parse({}));
  }
}

TEST_F(RegisterTest, DescribesTheSettingsOfJson) {
  const ConfigDef& config = offered.converters.at(json_converter).config;
  struct Row {
    std::string name;
    ConfigType type;
    std::optional<std::string> default_value;
    Importance importance;
    std::string group;
    int order;
    std::string display_name;
  };
  const std::vector<Row> rows = {
      {"schemas.enable", ConfigType::boolean, "true", Importance::high, "Schemas", 0,
       "Enable Schemas"},
      {"schemas.cache.size", ConfigType::int32, "1000", Importance::high, "Schemas", 1,
       "Schema Cache Size"},
      {"schema.content", ConfigType::string, std::nullopt, Importance::high, "Schemas", 2,
       "Schema Content"},
      {"decimal.format", ConfigType::string, "BASE64", Importance::low, "Serialization", 0,
       "Decimal Format"},
      {"replace.null.with.default", ConfigType::boolean, "true", Importance::low, "Serialization",
       1, "Replace null with default"},
  };
  EXPECT_EQ(config.keys().size(), rows.size() + 1);
  for (const Row& row : rows) {
    const ConfigKey* key = config.find(row.name);
    ASSERT_NE(key, nullptr) << row.name;
    EXPECT_EQ(key->type, row.type) << row.name;
    EXPECT_EQ(key->default_value, row.default_value) << row.name;
    EXPECT_EQ(key->importance, row.importance) << row.name;
    EXPECT_EQ(key->group, row.group) << row.name;
    EXPECT_EQ(key->order_in_group, row.order) << row.name;
    EXPECT_EQ(key->width, Width::medium) << row.name;
    EXPECT_EQ(key->display_name, row.display_name) << row.name;
    EXPECT_FALSE(key->documentation.empty()) << row.name;
  }
  EXPECT_EQ(config.find("decimal.format")->validator.allowed(),
            "(case insensitive) [NUMERIC, BASE64]");
}

TEST_F(RegisterTest, DescribesTheEncodingOfStrings) {
  const ConfigKey* key = offered.converters.at(string_converter).config.find("converter.encoding");
  ASSERT_NE(key, nullptr);
  EXPECT_EQ(key->default_value, "UTF-8");
  EXPECT_EQ(key->importance, Importance::high);
  EXPECT_EQ(key->display_name, "Encoding");
  EXPECT_EQ(key->group, std::nullopt);
  EXPECT_EQ(key->width, Width::medium);
}

}  // namespace
}  // namespace millrace

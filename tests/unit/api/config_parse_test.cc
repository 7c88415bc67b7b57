#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/log.h"
#include "base/secrets.h"
#include "millrace/config_def.h"

namespace millrace {
namespace {

using Texts = std::vector<std::string>;

/// The value, or the message of the error.
Setting parsed(std::optional<std::string> text, ConfigType type) {
  Result<Setting> value = parse_setting("k", text, type);
  return value ? *value : Setting("error: " + value.error().message());
}

TEST(ParseSetting, TrimsEveryTypeAndKeepsNull) {
  EXPECT_EQ(parsed(" \ttext\x01 ", ConfigType::string), Setting("text"));
  EXPECT_EQ(parsed(" 7 ", ConfigType::int32), Setting(std::int32_t{7}));
  EXPECT_EQ(parsed(" TRUE\n", ConfigType::boolean), Setting(true));
  EXPECT_EQ(parsed(" secret ", ConfigType::password), Setting(Password{"secret"}));
  EXPECT_EQ(parsed(" a.B ", ConfigType::class_name), Setting("a.B"));
  for (const ConfigType type : {ConfigType::string, ConfigType::int32, ConfigType::list,
                                ConfigType::class_name, ConfigType::boolean}) {
    EXPECT_EQ(parsed(std::nullopt, type), Setting());
  }
}

TEST(ParseSetting, ReadsBooleansInAnyCaseOnly) {
  EXPECT_EQ(parsed("False", ConfigType::boolean), Setting(false));
  EXPECT_EQ(
      parsed("yes", ConfigType::boolean),
      Setting("error: Invalid value yes for configuration k: Expected value to be either true or "
              "false"));
  EXPECT_EQ(
      parsed("", ConfigType::boolean),
      Setting("error: Invalid value  for configuration k: Expected value to be either true or "
              "false"));
}

TEST(ParseSetting, ReadsWholeNumbersInTheirRange) {
  EXPECT_EQ(parsed("+5", ConfigType::int32), Setting(std::int32_t{5}));
  EXPECT_EQ(parsed("-007", ConfigType::int32), Setting(std::int32_t{-7}));
  EXPECT_EQ(parsed("32767", ConfigType::int16), Setting(std::int16_t{32767}));
  EXPECT_EQ(parsed("-9223372036854775808", ConfigType::int64), Setting(INT64_MIN));
  EXPECT_EQ(
      parsed("2147483648", ConfigType::int32),
      Setting("error: Invalid value 2147483648 for configuration k: Not a number of type INT"));
  EXPECT_EQ(parsed("32768", ConfigType::int16),
            Setting("error: Invalid value 32768 for configuration k: Not a number of type SHORT"));
  EXPECT_EQ(parsed("1.0", ConfigType::int64),
            Setting("error: Invalid value 1.0 for configuration k: Not a number of type LONG"));
  for (const char* bad : {"", "+", "-", "+-1", "1 2", "0x10", "1L"}) {
    EXPECT_TRUE(std::holds_alternative<std::string>(parsed(bad, ConfigType::int32))) << bad;
  }
}

TEST(ParseSetting, ReadsDoublesAsJavaDoes) {
  EXPECT_EQ(parsed("0.8", ConfigType::float64), Setting(0.8));
  EXPECT_EQ(parsed("1e3", ConfigType::float64), Setting(1000.0));
  EXPECT_EQ(parsed(".5d", ConfigType::float64), Setting(0.5));
  EXPECT_EQ(parsed("-2F", ConfigType::float64), Setting(-2.0));
  EXPECT_EQ(parsed("0x1p3", ConfigType::float64), Setting(8.0));
  EXPECT_EQ(parsed("-Infinity", ConfigType::float64), Setting(-HUGE_VAL));
  EXPECT_EQ(parsed("1,5", ConfigType::float64),
            Setting("error: Invalid value 1,5 for configuration k: Not a number of type DOUBLE"));
  for (const char* bad : {"", ".", "d", "e5", "inf", "nan", "0x10", "--1", "+"}) {
    EXPECT_TRUE(std::holds_alternative<std::string>(parsed(bad, ConfigType::float64))) << bad;
  }
}

TEST(ParseSetting, SplitsListsAtCommas) {
  EXPECT_EQ(parsed("", ConfigType::list), Setting(Texts{}));
  EXPECT_EQ(parsed("  ", ConfigType::list), Setting(Texts{}));
  EXPECT_EQ(parsed(" a , b\t,c ", ConfigType::list), Setting(Texts{"a", "b", "c"}));
  EXPECT_EQ(parsed("a,", ConfigType::list), Setting(Texts{"a", ""}));
  EXPECT_EQ(parsed(" , ", ConfigType::list), Setting(Texts{"", ""}));
  EXPECT_EQ(parsed("a b", ConfigType::list), Setting(Texts{"a b"}));
}

TEST(ParseSetting, AsksTheLookupForClasses) {
  const ClassLookup lookup = [](std::string_view name) -> std::optional<std::string> {
    if (name == "Json") return "org.x.JsonConverter";
    return std::nullopt;
  };
  EXPECT_EQ(*parse_setting("c", "Json", ConfigType::class_name, lookup),
            Setting("org.x.JsonConverter"));
  EXPECT_EQ(parse_setting("c", "no.Such", ConfigType::class_name, lookup).error().message(),
            "Invalid value no.Such for configuration c: Class no.Such could not be found.");
}

TEST(SettingText, IsWhatRestShows) {
  EXPECT_EQ(to_text(Setting()), std::nullopt);
  EXPECT_EQ(to_text(Setting(true)), "true");
  EXPECT_EQ(to_text(Setting(std::int16_t{-3})), "-3");
  EXPECT_EQ(to_text(Setting(std::int64_t{1} << 40)), "1099511627776");
  EXPECT_EQ(to_text(Setting(0.8)), "0.8");
  EXPECT_EQ(to_text(Setting(1.0)), "1.0");
  EXPECT_EQ(to_text(Setting(Texts{"a", "b"})), "a,b");
  EXPECT_EQ(to_text(Setting(Texts{})), "");
  EXPECT_EQ(to_text(Setting(Password{"secret"})), "[hidden]");
}

TEST(InvalidValue, ShowsNullListsAndPasswordsInWords) {
  EXPECT_EQ(invalid_value("k", Setting(), "why").message(),
            "Invalid value null for configuration k: why");
  EXPECT_EQ(invalid_value("k", Texts{"t", "t"}, "why").message(),
            "Invalid value [t, t] for configuration k: why");
  EXPECT_EQ(invalid_value("k", Password{"secret"}, "").message(),
            "Invalid value [hidden] for configuration k");
}

TEST(ConfigDefParse, FillsInDefaultsAndKeepsTheOriginals) {
  const ConfigDef def = ConfigDef()
                            .define({.name = "a", .type = ConfigType::int32, .default_value = "5"})
                            .define({.name = "b"})
                            .define({.name = "c", .required = true});
  const Result<Config> config = def.parse({{"c", " x "}, {"other", "y"}});
  ASSERT_TRUE(config);
  EXPECT_EQ(config->get<std::int32_t>("a"), 5);
  EXPECT_FALSE(config->has("b"));
  EXPECT_EQ(config->get<std::string>("c"), "x");
  EXPECT_EQ(config->originals(), (ConfigMap{{"c", " x "}, {"other", "y"}}));
}

TEST(ConfigDefParse, StopsAtTheFirstError) {
  const ConfigDef def = ConfigDef()
                            .define({.name = "a", .type = ConfigType::int32, .default_value = "5"})
                            .define({.name = "c", .required = true});
  EXPECT_EQ(def.parse({}).error().message(),
            "Missing required configuration \"c\" which has no default value.");
  EXPECT_EQ(def.parse({{"a", "x"}}).error().message(),
            "Invalid value x for configuration a: Not a number of type INT");
  EXPECT_EQ(def.parse({{"a", "x"}}).error().code(), ErrorCode::invalid_config);
}

TEST(ConfigDefParse, ANullThatIsSetIsNotMissing) {
  const ConfigDef def = ConfigDef().define({.name = "c", .required = true});
  const Result<Config> config = def.parse({{"c", std::nullopt}});
  ASSERT_TRUE(config);
  EXPECT_FALSE(config->has("c"));
}

TEST(ConfigDefParse, RefusesDependentsThatNobodyDefined) {
  const ConfigDef def = ConfigDef().define({.name = "a", .dependents = {"b"}});
  EXPECT_EQ(def.parse({}).error().message(),
            "Some configurations in are referred in the dependents, but not defined: b");
}

TEST(ConfigDefParse, DropsRepeatsOfAListWithAWarning) {
  const log::Capture log;
  const ConfigDef def = ConfigDef().define({.name = "l",
                                            .type = ConfigType::list,
                                            .default_value = "",
                                            .validator = Validator::list({.empty_allowed = true})});
  EXPECT_EQ(def.parse({{"l", "a,b,a"}})->get<Texts>("l"), (Texts{"a", "b"}));
  EXPECT_TRUE(log.contains("[a, b, a]"));
  EXPECT_EQ(def.validate({{"l", "a,b,a"}})[0].errors,
            Texts{"Configuration 'l' values must not be duplicated."});
  const ConfigDef outer = ConfigDef().embed("p.", "P", 0, def);
  EXPECT_EQ(outer.parse({{"p.l", "a,a"}}).error().message(),
            "Configuration 'l' values must not be duplicated.");
}

TEST(ConfigParse, PasswordsAreNotedAsSecrets) {
  const secrets::Scope scope;
  ASSERT_TRUE(parse_setting("p", " 0pen-sesame ", ConfigType::password));
  ASSERT_TRUE(parse_setting("p", "for-everybody", ConfigType::string));
  EXPECT_EQ(secrets::redact("0pen-sesame, for-everybody"), "[hidden], for-everybody");
}

TEST(Aliases, AreReadWhereTheNameIsAbsent) {
  ConfigDef def;
  def.define({.name = "method", .required = true, .aliases = {"methods", "verb"}});
  const auto method = [&def](const ConfigMap& properties) {
    const Result<Config> config = def.parse(properties);
    return config ? config->get<std::string>("method") : config.error().message();
  };
  EXPECT_EQ(method({{"methods", "PUT"}, {"verb", "GET"}}), "PUT");
  EXPECT_EQ(method({{"methods", "PUT"}, {"method", "POST"}}), "POST");
  EXPECT_EQ(method({{"verb", "GET"}}), "GET");
  EXPECT_EQ(method({}), "Missing required configuration \"method\" which has no default value.");
  const std::vector<ConfigValue> validated = def.validate({{"methods", "PUT"}});
  ASSERT_EQ(validated.size(), 1U);
  EXPECT_EQ(validated[0].value, Setting("PUT"));
  EXPECT_TRUE(validated[0].errors.empty());
}

}  // namespace
}  // namespace millrace

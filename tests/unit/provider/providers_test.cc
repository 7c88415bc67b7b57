#include "provider/providers.h"

#include "base/log.h"
#include "base/secrets.h"
#include "scripted_provider.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::provider {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

struct ProvidersTest : testing::Test {
  ProvidersTest() {
    plugins.add_config_provider(vault_plugin(vault));
    plugins.add_config_provider(vault_plugin(other, "test.Other"));
    vault->put("db", "user", "anna-the-great");
    vault->put("db", "password", "0pen-sesame");
    vault->put("", "port", "9092");
  }
  Providers make(ConfigMap more = {}) {
    ConfigMap worker{{"config.providers", "v, o"},
                     {"config.providers.v.class", "test.Vault"},
                     {"config.providers.o.class", "test.Other"}};
    for (const auto& [key, value] : more) worker.set(key, value);
    Result<Providers> made = Providers::make(worker, plugins);
    EXPECT_TRUE(made) << made.error().message();
    return *std::move(made);
  }

  const secrets::Scope scope;
  plugin::Registry plugins;
  std::shared_ptr<Vault> vault = std::make_shared<Vault>();
  std::shared_ptr<Vault> other = std::make_shared<Vault>();
};

TEST_F(ProvidersTest, PutValuesInPlaceOfVariables) {
  const Providers providers = make();
  const auto resolved = providers.resolve({{"url", "jdbc:x?u=${v:db:user}&p=${v:db:password}"},
                                           {"password", "${v:db:password}"},
                                           {"server", "host:${v:port}"},
                                           {"plain", "text"},
                                           {"nothing", std::nullopt}});
  ASSERT_TRUE(resolved);
  EXPECT_EQ(resolved->config, ConfigMap({{"url", "jdbc:x?u=anna-the-great&p=0pen-sesame"},
                                         {"password", "0pen-sesame"},
                                         {"server", "host:9092"},
                                         {"plain", "text"},
                                         {"nothing", std::nullopt}}));
}

TEST_F(ProvidersTest, AskOncePerPath) {
  const Providers providers = make();
  static_cast<void>(providers.resolve({{"a", "${v:db:user}"},
                                       {"b", "${v:db:password}${v:db:user}"},
                                       {"c", "${v:port}"},
                                       {"d", "${o:db:user}"}}));
  EXPECT_THAT(vault->calls(), ElementsAre("get  port", "get db password user"));
  EXPECT_THAT(other->calls(), ElementsAre("get db user"));
}

TEST_F(ProvidersTest, LeaveWhatNobodyKnowsAsItIs) {
  const Providers providers = make();
  const ConfigMap config{{"a", "${nobody:db:user}"},
                         {"b", "${v:db:nothing}"},
                         {"c", "${v:elsewhere:user}"},
                         {"d", "${a}"}};
  const auto resolved = providers.resolve(config);
  ASSERT_TRUE(resolved);
  EXPECT_EQ(resolved->config, config);
  EXPECT_THAT(resolved->values, IsEmpty());
  EXPECT_EQ(Providers().resolve({{"a", "${v:db:user}"}})->config.get_or("a", ""), "${v:db:user}");
}

TEST_F(ProvidersTest, DoNotLookTwice) {
  vault->put("db", "user", "${v:db:password}");
  EXPECT_EQ(make().resolve({{"a", "${v:db:user}"}})->config.get_or("a", ""), "${v:db:password}");
}

TEST_F(ProvidersTest, NoteWhatTheyGaveAsSecrets) {
  vault->put("db", "pin", "4711");
  static_cast<void>(make().resolve(
      {{"password", "${v:db:password}"}, {"url", "x${v:db:pin}y"}, {"plain", "not-a-secret"}}));
  EXPECT_EQ(secrets::redact("p=0pen-sesame, not-a-secret"), "p=[hidden], not-a-secret");
  EXPECT_EQ(secrets::redact("pin 4711 in x4711y"), "pin [hidden] in [hidden]")
      << "a setting around a short value is hidden as a whole";
}

TEST_F(ProvidersTest, TellHowLongValuesAreGood) {
  vault->live_for("db", 5min);
  vault->live_for("", 0ms);
  vault->live_for("old", -1ms);
  const auto resolved =
      make().resolve({{"a", "${v:db:user}"}, {"b", "${v:port}"}, {"c", "${v:old:x}"}});
  ASSERT_EQ(resolved->expiries.size(), 2U);
  EXPECT_EQ(resolved->expiries[0].source, "v");
  EXPECT_EQ(resolved->expiries[0].after, 0ms);
  EXPECT_EQ(resolved->expiries[1].source, "v:db");
  EXPECT_EQ(resolved->expiries[1].after, 5min);
}

TEST_F(ProvidersTest, AnErrorOfOneIsTheAnswer) {
  const Providers providers = make();
  vault->break_down("the vault is sealed");
  const auto resolved = providers.resolve({{"a", "${v:db:user}"}});
  ASSERT_FALSE(resolved);
  EXPECT_EQ(resolved.error().message(), "the vault is sealed");
  EXPECT_THAT(resolved.error().trace(), HasSubstr("at configuration provider 'v'"));
  EXPECT_TRUE(providers.resolve({{"a", "text"}})) << "nobody was asked";
}

TEST_F(ProvidersTest, AreConfiguredWithTheirParametersAndThoseBeforeThem) {
  static_cast<void>(make({{"config.providers.v.param.address", "here"},
                          {"config.providers.v.other", "x"},
                          {"config.providers.o.param.token", "${v:db:password}"},
                          {"config.providers.o.param.later", "${o:db:password}"}}));
  EXPECT_THAT(vault->calls(), Contains("configure address=here"));
  EXPECT_THAT(vault->calls(), Not(Contains(HasSubstr("other"))));
  EXPECT_THAT(other->calls(),
              ElementsAre("configure token=0pen-sesame", "configure later=${o:db:password}"));
}

TEST_F(ProvidersTest, SayWhatIsWrongWithTheirSettings) {
  EXPECT_EQ(
      Providers::make({{"config.providers", "x"}, {"config.providers.x.class", "No"}}, plugins)
          .error()
          .message(),
      "Invalid value No for configuration config.providers.x.class: Class No could not be "
      "found.");
  const auto refused = Providers::make({{"config.providers", "v"},
                                        {"config.providers.v.class", "test.Vault"},
                                        {"config.providers.v.param.refuse", ""}},
                                       plugins);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message(), "refused");
  const log::Capture capture;
  EXPECT_TRUE(Providers::make({{"config.providers", "classless"}}, plugins));
  EXPECT_TRUE(capture.contains("config.providers.classless.class is missing"));
}

struct PuttingBack : ProvidersTest {
  ConfigMap task_of(const ConfigMap& raw, ConfigMap task) {
    put_variables_back(raw, *make().resolve(raw), task);
    return task;
  }
};

TEST_F(PuttingBack, SettingsWithVariablesGetThemAgain) {
  const ConfigMap raw{{"password", "${v:db:password}"}, {"unknown", "${v:db:x}"}, {"file", "f"}};
  EXPECT_EQ(task_of(raw, {{"password", "0pen-sesame"}, {"unknown", "?"}, {"file", "g"}}),
            ConfigMap({{"password", "${v:db:password}"}, {"unknown", "${v:db:x}"}, {"file", "g"}}));
}

TEST_F(PuttingBack, ValuesInOtherSettingsBecomeVariablesAgain) {
  vault->put("db", "pin", "4711");
  const ConfigMap raw{{"p", "${v:db:password}"},
                      {"u", "${v:db:user}"},
                      {"pin", "${v:db:pin}"},
                      {"clear", "0pen-sesame"},
                      {"other", "4711"}};
  EXPECT_EQ(task_of(raw, {{"task.url", "anna-the-great:0pen-sesame@host"},
                          {"task.pin", "4711"},
                          {"task.number", "14711"},
                          {"clear", "0pen-sesame"},
                          {"other", "4711"}}),
            ConfigMap({{"task.url", "${v:db:user}:${v:db:password}@host"},
                       {"task.pin", "${v:db:pin}"},
                       {"task.number", "14711"},
                       {"clear", "0pen-sesame"},
                       {"other", "4711"}}));
}

}  // namespace
}  // namespace millrace::provider

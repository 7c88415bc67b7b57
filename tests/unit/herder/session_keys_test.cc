// H19: when the leader writes a new key.
#include "herder/session_keys.h"

#include "base/clock.h"
#include "config/worker_config.h"

#include <gtest/gtest.h>

#include <limits>

namespace millrace {
namespace {

using std::chrono::milliseconds;

class SessionKeysTest : public testing::Test {
 protected:
  bool due() { return session_key_due(key, settings) <= clock.wall(); }

  ManualClock clock;
  SessionKeySettings settings;
  std::optional<storage::SessionKey> key;
};

TEST_F(SessionKeysTest, WithoutAKeyOneIsDue) {
  EXPECT_TRUE(due());
  key = make_session_key(settings, clock.wall());
  EXPECT_FALSE(due());
  EXPECT_EQ(key->bytes.size(), 32U);
  EXPECT_EQ(key->algorithm, "HmacSHA256");
  EXPECT_EQ(key->created_ms, clock.wall().time_since_epoch().count());
}

TEST_F(SessionKeysTest, AKeyLivesAsLongAsTheSettingsSay) {
  settings.ttl = milliseconds(5'000);
  key = make_session_key(settings, clock.wall());
  EXPECT_EQ(session_key_due(key, settings), clock.wall() + milliseconds(5'000));
  clock.advance(milliseconds(4'999));
  EXPECT_FALSE(due());
  clock.advance(milliseconds(1));
  EXPECT_TRUE(due());
  const std::string before = key->bytes;
  key = make_session_key(settings, clock.wall());
  EXPECT_FALSE(due());
  EXPECT_NE(key->bytes, before);
}

TEST_F(SessionKeysTest, AKeyOfAnotherKindIsReplaced) {
  key = make_session_key(settings, clock.wall());
  settings.algorithm = "HmacSHA512";
  EXPECT_TRUE(due());
  settings.algorithm = "HmacSHA256";
  EXPECT_FALSE(due());
  settings.bytes = 16;
  EXPECT_TRUE(due());
}

TEST_F(SessionKeysTest, AnyTimeOfCreationWillDo) {
  key = make_session_key(settings, clock.wall());
  key->created_ms = std::numeric_limits<std::int64_t>::max();
  EXPECT_FALSE(due());
  key->created_ms = std::numeric_limits<std::int64_t>::min();
  EXPECT_TRUE(due());
}

Result<SessionKeySettings> settings_of(ConfigMap more) {
  ConfigMap worker = {{"bootstrap.servers", "localhost:9092"},
                      {"group.id", "g"},
                      {"key.converter", "org.apache.kafka.connect.json.JsonConverter"},
                      {"value.converter", "org.apache.kafka.connect.json.JsonConverter"},
                      {"config.storage.topic", "c"},
                      {"offset.storage.topic", "o"},
                      {"status.storage.topic", "s"}};
  for (const auto& [name, value] : more) worker.set(name, value);
  const Result<Config> config = config::distributed_config_def().parse(worker);
  if (!config) return config.error();
  return read_session_key_settings(*config);
}

TEST(SessionKeySettings, FollowTheWorkersSettings) {
  const Result<SessionKeySettings> plain = settings_of({});
  ASSERT_TRUE(plain) << plain.error().message();
  EXPECT_EQ(plain->algorithm, "HmacSHA256");
  EXPECT_EQ(plain->bytes, 32U);
  EXPECT_EQ(plain->ttl, milliseconds(3'600'000));
  const Result<SessionKeySettings> other = settings_of(
      {{"inter.worker.key.generation.algorithm", "HmacSHA1"}, {"inter.worker.key.ttl.ms", "5000"}});
  ASSERT_TRUE(other) << other.error().message();
  EXPECT_EQ(other->bytes, 64U);
  EXPECT_EQ(other->ttl, milliseconds(5'000));
  EXPECT_EQ(settings_of({{"inter.worker.key.size", "100"}})->bytes, 13U);
}

TEST(SessionKeySettings, TooShortAKeyIsRefused) {
  const Result<SessionKeySettings> result = settings_of({{"inter.worker.key.size", "39"}});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message(),
            "Invalid value 39 for configuration inter.worker.key.size: Value must be at least 40");
}

}  // namespace
}  // namespace millrace

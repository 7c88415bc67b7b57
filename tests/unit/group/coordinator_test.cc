// How the coordinator is reached: several brokers, some of them dead, versions that do not fit,
// listeners that are no Kafka's, logins.
#include "unit/group/group_world.h"

namespace millrace::group {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::string_literals;

class CoordinatorTest : public GroupTest {
 protected:
  void log_in_with(const std::string& mechanism) {
    settings.network.sasl = SaslSettings{mechanism, "alice", "alice secret", {}};
  }
  /// The answer to a login that succeeds.
  static std::string login_answer(std::int64_t lifetime_ms, const std::string& bytes = {}) {
    Writer out(Form::compact);
    out.int16(0);
    out.nullable_text(std::nullopt);
    out.bytes(bytes);
    out.int64(lifetime_ms);
    out.end();
    return out.take();
  }
  static std::string handshake_answer() {
    Writer out;
    out.int16(0);
    out.array(0);
    return out.take();
  }
  static std::string sent(const FakeBroker::Request& request) {
    Reader in(request.body, form_of(request.api, request.version));
    return std::string(in.bytes("bytes"));
  }
};

TEST_F(CoordinatorTest, ItMayBeAnotherBroker) {
  FakeBroker other;
  broker.next_coordinator(other.endpoint());
  start_and_join();
  EXPECT_EQ(broker.count(Api::join_group), 0U);
  EXPECT_EQ(other.count(Api::join_group), 1U);
}

TEST_F(CoordinatorTest, ADeadBrokerIsPassedBy) {
  Endpoint dead;
  {
    FakeBroker gone;
    dead = gone.endpoint();
  }
  settings.network.bootstrap = {dead, broker.endpoint()};
  start();
  wait_log("no coordinator yet");
  advance(100ms);
  host.wait(1, Kind::assigned);
}

TEST_F(CoordinatorTest, ASilentBrokerIsGivenUpSoonAtFirst) {
  FakeBroker silent;
  silent.next_silence(Api::api_versions);
  settings.network.bootstrap = {silent.endpoint(), broker.endpoint()};
  settings.network.request_timeout = 2000ms;
  start();
  silent.wait_for(Api::api_versions);
  advance(2000ms);
  wait_log("no answer to ApiVersions within 2000 ms");
  advance(100ms);
  host.wait(1, Kind::assigned);
}

TEST_F(CoordinatorTest, ALookUpThatIsNotReadyIsRepeated) {
  broker.next_error(Api::find_coordinator, 15);
  start();
  wait_log("no coordinator yet");
  advance(100ms);
  host.wait(1, Kind::assigned);
}

TEST_F(CoordinatorTest, ALookUpThatIsRefusedEndsTheWorker) {
  broker.next_error(Api::find_coordinator, 30);
  start();
  const Error error = *host.wait(1, Kind::failed).error;
  EXPECT_EQ(error.java_class(), "org.apache.kafka.common.errors.GroupAuthorizationException");
  EXPECT_THAT(error.message(), HasSubstr("cannot find the coordinator of group 'g'"));
}

TEST_F(CoordinatorTest, VersionsThatDoNotFitEndTheWorker) {
  broker.limit_versions(Api::join_group, 0, 1);
  start();
  EXPECT_THAT(host.wait(1, Kind::failed).error->message(),
              HasSubstr("the broker has versions 0 to 1 of JoinGroup, we have 2 to 9"));
}

TEST_F(CoordinatorTest, AListenerThatIsNoKafkasIsTriedAgain) {
  broker.next_bytes(Api::api_versions, "HTTP/1.1 400 Bad Request");
  start();
  wait_log("no coordinator yet");
  advance(100ms);
  host.wait(1, Kind::assigned);
}

TEST_F(CoordinatorTest, ABrokerThatKnowsOldVersionsAloneIsAskedAgain) {
  broker.next_bytes(Api::api_versions, "\0\x23\0\0\0\x01\0\x12\0\0\0\x02"s);
  start_and_join();
  EXPECT_EQ(broker.wait_for(Api::api_versions, 2).version, 2);
}

// --- logins

TEST_F(CoordinatorTest, PlainLogsInBeforeAnythingElse) {
  log_in_with("PLAIN");
  broker.next_bytes(Api::sasl_handshake, handshake_answer());
  broker.next_bytes(Api::sasl_authenticate, login_answer(0));
  start_and_join();
  EXPECT_EQ(sent(broker.wait_for(Api::sasl_authenticate)), "\0alice\0alice secret"s);
}

TEST_F(CoordinatorTest, AMechanismThatTheBrokerDoesNotHaveEndsTheWorker) {
  log_in_with("SCRAM-SHA-256");
  broker.next_error(Api::sasl_handshake, 33);
  start();
  EXPECT_EQ(host.wait(1, Kind::failed).error->message(),
            "the login failed: the broker does not take mechanism SCRAM-SHA-256; it takes: GSSAPI");
}

TEST_F(CoordinatorTest, AWrongPasswordEndsTheWorker) {
  log_in_with("PLAIN");
  broker.next_bytes(Api::sasl_handshake, handshake_answer());
  broker.next_error(Api::sasl_authenticate, 58);
  start();
  const Error error = *host.wait(1, Kind::failed).error;
  EXPECT_EQ(error.java_class(), "org.apache.kafka.common.errors.SaslAuthenticationException");
  EXPECT_EQ(error.message(), "the login failed: go away");
  EXPECT_THAT(error.trace(), Not(HasSubstr("secret")));
}

// A login that runs out is renewed on another connection, before the broker hangs up.
TEST_F(CoordinatorTest, ALoginThatRunsOutIsRenewed) {
  log_in_with("PLAIN");
  for (int i = 0; i < 2; ++i) {
    broker.next_bytes(Api::sasl_handshake, handshake_answer());
    broker.next_bytes(Api::sasl_authenticate, login_answer(5000));
  }
  start_and_join();
  beat();
  EXPECT_EQ(broker.connections(), 1);
  beat();
  EXPECT_EQ(broker.connections(), 2);
  EXPECT_EQ(broker.count(Api::sasl_authenticate), 2U);
  EXPECT_EQ(host.last(), 1U);
}

TEST_F(CoordinatorTest, UnsecuredTokensLogIn) {
  settings.network.sasl = SaslSettings{
      "OAUTHBEARER", "", "", kafka::OauthSettings{.unsecured = {{"StringClaim_sub", "alice"}}}};
  broker.next_bytes(Api::sasl_handshake, handshake_answer());
  broker.next_bytes(Api::sasl_authenticate, login_answer(0));
  start_and_join();
  EXPECT_THAT(sent(broker.wait_for(Api::sasl_authenticate)), HasSubstr("auth=Bearer "));
}

}  // namespace
}  // namespace millrace::group

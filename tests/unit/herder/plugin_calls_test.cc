#include "herder/plugin_calls.h"
#include "hand_clock.h"
#include "herder/rest_errors.h"
#include "plugin_world.h"

namespace millrace {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

/// Calls of classes that hang until the test opens their gate.
class PluginCallsTest : public testing::Test {
 protected:
  ~PluginCallsTest() override {
    gate->open();
    while (running > 0) std::this_thread::yield();
  }
  void hang(const std::string& whose) {
    const int before = begun;
    calls.run(
        whose,
        [this] {
          ++running;
          ++begun;
          gate->wait();
          --running;
        },
        [](const Error& error) { ADD_FAILURE() << error.message(); });
    while (begun == before) std::this_thread::yield();
  }
  /// "done", or why it was not done.
  std::future<std::string> ask(const std::string& whose) {
    auto answer = std::make_shared<std::promise<std::string>>();
    std::future<std::string> future = answer->get_future();
    calls.run(
        whose, [answer] { answer->set_value("done"); },
        [answer](const Error& error) {
          EXPECT_EQ(error.java_class(), unavailable_class) << error.message();
          answer->set_value(error.message());
        });
    return future;
  }
  static std::string text_of(std::future<std::string>& answer) {
    return answer.wait_for(20s) == std::future_status::ready ? answer.get() : "nothing in 20 s";
  }
  static bool waits(const std::future<std::string>& answer) {
    return answer.wait_for(0s) != std::future_status::ready;
  }

  std::shared_ptr<Gate> gate = std::make_shared<Gate>();
  std::atomic<int> running = 0;
  std::atomic<int> begun = 0;
  HandClock clock;
  PluginCalls calls{clock, {.calls = 2, .waiting = 3, .hung = 10s}};
};

TEST_F(PluginCallsTest, WhoComesTooManyWaits) {
  hang("Class A");
  auto second = ask("Class A");
  EXPECT_EQ(text_of(second), "done");
  hang("Class A");
  auto third = ask("Class A");
  auto fourth = ask("Class A");
  auto other = ask("Class B");
  EXPECT_EQ(text_of(other), "done");
  EXPECT_TRUE(waits(third));
  gate->open();
  EXPECT_EQ(text_of(third), "done");
  EXPECT_EQ(text_of(fourth), "done");
}

TEST_F(PluginCallsTest, NobodyWaitsForWhatHangs) {
  hang("Class A");
  clock.advance(3s);
  hang("Class A");
  auto early = ask("Class A");
  clock.advance(9s);
  calls.check_time();
  auto in_time = ask("Class A");
  EXPECT_TRUE(waits(early)) << "one of them is young enough to return";
  clock.advance(1s);
  calls.check_time();
  const std::string why =
      "Class A is not asked: 2 calls of its code have not returned, the first for 13 s";
  EXPECT_EQ(text_of(early), why);
  EXPECT_EQ(text_of(in_time), why);
  auto late = ask("Class A");
  ASSERT_FALSE(waits(late)) << "at once";
  EXPECT_EQ(late.get(), why);
  auto other = ask("Class B");
  EXPECT_EQ(text_of(other), "done");
}

TEST_F(PluginCallsTest, AClassThatReturnsIsAskedAgain) {
  hang("Class A");
  hang("Class A");
  clock.advance(10s);
  auto refused = ask("Class A");
  EXPECT_THAT(text_of(refused), HasSubstr("is not asked"));
  gate->open();
  while (running > 0) std::this_thread::yield();
  std::string text;
  while (text != "done") {  // the calls are about to end
    auto again = ask("Class A");
    text = text_of(again);
    ASSERT_NE(text, "nothing in 20 s");
  }
}

TEST_F(PluginCallsTest, NotAnyNumberWaits) {
  hang("Class A");
  hang("Class A");
  std::vector<std::future<std::string>> waiting;
  for (int i = 0; i < 3; ++i) waiting.push_back(ask("Class A"));
  auto refused = ask("Class A");
  ASSERT_FALSE(waits(refused)) << "at once";
  EXPECT_EQ(refused.get(),
            "Class A is not asked: 2 calls of its code have not returned, the first for 0 s");
  gate->open();
  for (auto& one : waiting) EXPECT_EQ(text_of(one), "done");
}

TEST_F(PluginCallsTest, AStopRefusesWhatWaits) {
  hang("Class A");
  hang("Class A");
  std::promise<std::string> first;
  std::promise<std::string> second;
  const auto into = [](std::promise<std::string>& answer) {
    return [&answer](const Error& error) { answer.set_value(error.message()); };
  };
  calls.run(
      "Class A", [] { ADD_FAILURE(); }, into(first));
  calls.stop();
  EXPECT_EQ(first.get_future().get(), "Worker is shutting down");
  calls.run(
      "Class B", [] { ADD_FAILURE(); }, into(second));
  EXPECT_EQ(second.get_future().get(), "Worker is shutting down");
}

}  // namespace
}  // namespace millrace

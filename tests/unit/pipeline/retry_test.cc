// errors.retry.timeout and errors.retry.delay.max.ms (F2).
#include "sink_world.h"
#include "source_world.h"

namespace millrace::pipeline {
namespace {

using namespace std::chrono_literals;
using testing::Each;
using testing::ElementsAre;
using testing::Lt;

/// A converter that is busy, and when it was asked.
class SinkRetry : public SinkPipelineTest {
 protected:
  SinkRetry() {
    begin = clock.now();
    plugins.check = [this](std::string_view) -> Result<void> {
      asked.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(clock.now() - begin));
      if (on_asked) on_asked();
      if (static_cast<int>(asked.size()) > failures) return {};
      return Error{ErrorCode::retriable, "the registry is busy"};
    };
    kafka.store("orders-0", {.value = "x"});
  }
  [[nodiscard]] std::vector<std::chrono::milliseconds> pauses() const {
    std::vector<std::chrono::milliseconds> between;
    for (std::size_t i = 1; i < asked.size(); ++i) between.push_back(asked[i] - asked[i - 1]);
    return between;
  }

  Clock::Time begin;
  std::vector<std::chrono::milliseconds> asked;
  std::function<void()> on_asked;
  int failures = 1'000'000;
};

TEST_F(SinkRetry, PausesGrowToTheirLimitAndTheTaskFailsWhenTheTimeIsOver) {  // T49
  errors.retry_timeout = 1000ms;
  errors.retry_delay_max = 400ms;
  const Result<void> result = run_with({"orders-0"});
  EXPECT_THAT(result, FailsWith("Tolerance exceeded in error handler"));
  EXPECT_THAT(result, FailsWith("Caused by: org.apache.kafka.connect.errors.RetriableException: "
                                "the registry is busy"));
  ASSERT_GE(asked.size(), 3U);
  EXPECT_EQ(pauses().front(), 300ms);
  std::vector<std::chrono::milliseconds> rest = pauses();
  rest.erase(rest.begin());
  EXPECT_THAT(rest, Each(Lt(400ms)));
  EXPECT_EQ(asked.back(), 1000ms);
  EXPECT_EQ(counters.record_failures.value(), asked.size());
  EXPECT_EQ(counters.retries.value(), asked.size() - 1);
  EXPECT_EQ(counters.record_errors.value(), 1U);
  EXPECT_EQ(counters.records_skipped.value(), 0U);
}

TEST_F(SinkRetry, PausesDoubleBelowTheirLimit) {
  errors.retry_timeout = -1ms;
  failures = 6;
  ASSERT_THAT(run_with({"orders-0"}), Succeeds());
  EXPECT_THAT(pauses(), ElementsAre(300ms, 600ms, 1200ms, 2400ms, 4800ms, 9600ms));
  EXPECT_THAT(sink.batches, ElementsAre(Batch{"x"}));
  EXPECT_EQ(counters.record_errors.value(), 0U) << "it succeeded in the end";
  EXPECT_EQ(counters.record_failures.value(), 6U);
}

TEST_F(SinkRetry, WithoutEndMeansDaysToo) {
  errors.retry_timeout = -1ms;
  errors.retry_delay_max = 24h;
  failures = 100;
  ASSERT_THAT(run_with({"orders-0"}), Succeeds());
  EXPECT_GT(asked.back(), 24h);
}

TEST_F(SinkRetry, ThereIsNoneByDefault) {
  EXPECT_THAT(run_with({"orders-0"}), FailsWith("Tolerance exceeded in error handler"));
  EXPECT_EQ(asked.size(), 1U);
}

TEST_F(SinkRetry, ATolerantTaskLeavesTheRecordOutAfterwards) {
  errors.retry_timeout = 1000ms;
  errors.tolerate_all = true;
  ASSERT_THAT(run_with({"orders-0"}), Succeeds());
  EXPECT_THAT(sink.batches, ElementsAre());
  EXPECT_EQ(counters.records_skipped.value(), 1U);
}

TEST_F(SinkRetry, OtherErrorsAreNotTriedAgain) {
  errors.retry_timeout = -1ms;
  kafka.logs[partition("orders-0")] = {{{}, "bad"}};
  failures = 0;
  EXPECT_THAT(run_with({"orders-0"}), FailsWith("'bad' cannot be converted"));
  EXPECT_EQ(asked.size(), 1U);
}

TEST_F(SinkRetry, AStopDoesNotEndThePausesAndACancelDoes) {
  errors.retry_timeout = -1ms;
  on_asked = [this] {
    if (asked.size() == 2) control.stop();
    if (asked.size() == 5) control.cancel();
  };
  ASSERT_THAT(run_with({"orders-0"}), Succeeds()) << "the record is left out without a word";
  EXPECT_EQ(asked.size(), 5U);
  EXPECT_EQ(counters.record_errors.value(), 0U);
  pipeline->finish();
  EXPECT_EQ(journal.count("commit orders-0=1"), 0);
}

TEST_F(SinkRetry, ATransformationIsTriedAgainToo) {
  errors.retry_timeout = -1ms;
  failures = 0;
  int tries = 0;
  steps = {[&tries](const Record& record) -> Result<std::optional<Record>> {
    if (++tries < 3) return Error{ErrorCode::retriable, "the geocoder is busy"};
    return record;
  }};
  ASSERT_THAT(run_with({"orders-0"}), Succeeds());
  EXPECT_EQ(tries, 3);
  EXPECT_EQ(counters.retries.value(), 2U);
}

/// Two steps; the first one numbers the records that it sees, the second is busy at first.
std::vector<PlainPlugins::Step> numbers_then_is_busy(int& seen, int& tries) {
  return {[&seen](const Record& record) -> Result<std::optional<Record>> {
            Record numbered = record;
            numbered.value = Text(std::string(record.value.view()) + " " + std::to_string(++seen));
            return numbered;
          },
          [&tries](const Record& record) -> Result<std::optional<Record>> {
            if (++tries < 3) return Error{ErrorCode::retriable, "the geocoder is busy"};
            return record;
          }};
}

TEST_F(SinkRetry, OnlyTheStepThatFailedIsDoneAgain) {  // F2: each call
  errors.retry_timeout = -1ms;
  failures = 0;
  int seen = 0;
  int tries = 0;
  steps = numbers_then_is_busy(seen, tries);
  ASSERT_THAT(run_with({"orders-0"}), Succeeds());
  EXPECT_THAT(sink.batches, ElementsAre(Batch{"x 1"}));
  EXPECT_EQ(seen, 1);
  EXPECT_EQ(tries, 3);
}

TEST_F(SinkRetry, EachStepHasItsOwnTime) {  // F2: from the start of the call
  errors.retry_timeout = 1000ms;
  failures = 0;
  std::vector<std::chrono::milliseconds> when;
  const auto busy_until = [&](std::chrono::milliseconds end) {
    return [&, end](const Record& record) -> Result<std::optional<Record>> {
      when.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(clock.now() - begin));
      if (when.back() < end) return Error{ErrorCode::retriable, "the geocoder is busy"};
      return record;
    };
  };
  steps = {busy_until(900ms), busy_until(1800ms)};
  ASSERT_THAT(run_with({"orders-0"}), Succeeds());
  EXPECT_THAT(when, ElementsAre(0ms, 300ms, 900ms, 900ms, 1200ms, 1800ms));
}

class SourceRetry : public SourcePipelineTest {};

TEST_F(SourceRetry, OnlyTheStepThatFailedIsDoneAgain) {
  errors.retry_timeout = -1ms;
  int seen = 0;
  int tries = 0;
  steps = numbers_then_is_busy(seen, tries);
  poll_gives({{"a", 1, "x"}, {"a", 2, "y"}});
  ASSERT_THAT(run_until_idle(), Succeeds());
  EXPECT_THAT(kafka.values(), ElementsAre("x 1", "y 2"));
  EXPECT_EQ(counters.retries.value(), 2U);
}

TEST_F(SourceRetry, ConvertersOfSourcesAreTriedAgainToo) {
  errors.retry_timeout = -1ms;
  int asked = 0;
  plugins.check = [&asked](std::string_view text) -> Result<void> {
    if (text != "x" || ++asked > 2) return {};
    return Error{ErrorCode::retriable, "the registry is busy"};
  };
  poll_gives({{"a", 1, "x"}, {"a", 2, "y"}});
  ASSERT_THAT(run_until_idle(), Succeeds());
  EXPECT_THAT(kafka.values(), ElementsAre("x", "y"));
  EXPECT_EQ(counters.retries.value(), 2U);
}

}  // namespace
}  // namespace millrace::pipeline

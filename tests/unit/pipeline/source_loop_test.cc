// The life of a source task: calls in order, polls that give nothing or fail, pauses.
#include "source_world.h"

namespace millrace::pipeline {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

class SourceLoop : public SourcePipelineTest {};

TEST_F(SourceLoop, CallsComeInOrder) {
  poll_gives({{"a", 1, "x"}});
  ASSERT_THAT(run_until_idle(), Succeeds());
  stop();
  EXPECT_THAT(journal.lines(),
              ElementsAre("initialize", "start", "RUNNING", "poll", "commit_record", "poll", "poll",
                          "commit", "stop", "producer close", "close key", "close value",
                          "close header", "destroy"));
}

TEST_F(SourceLoop, PollsAgainAtOnceAfterAnEmptyPoll) {  // T16
  ASSERT_THAT(start(), Succeeds());
  const Clock::Time before = clock.now();
  for (int i = 0; i < 3; ++i) ASSERT_THAT(pipeline->iterate(), Succeeds());
  EXPECT_EQ(journal.count("poll"), 3);
  EXPECT_EQ(clock.now(), before) << "the task waits, not the loop";
  EXPECT_THAT(kafka.sent, IsEmpty());
}

TEST_F(SourceLoop, ARetriableErrorOfPollCountsAsAnEmptyPoll) {  // T17
  task.polls.push_back([](SourceBatch& batch, SourceTaskContext&) -> Result<void> {
    add_row(batch, {"a", 1, "half a batch"});
    return Error{ErrorCode::retriable, "the database is away"};
  });
  poll_gives({{"a", 1, "x"}});
  ASSERT_THAT(run_until_idle(), Succeeds());
  EXPECT_THAT(kafka.values(), ElementsAre("x"));
}

TEST_F(SourceLoop, AnotherErrorOfPollEndsTheTaskWhateverIsTolerated) {  // T17
  errors.tolerate_all = true;
  poll_fails({ErrorCode::fatal, "the table is gone"});
  EXPECT_THAT(run_until_idle(), FailsWith("ConnectException: the table is gone"));
  poll_fails({ErrorCode::bad_record, "a row that nobody can read"});
  EXPECT_THAT(run_until_idle(), FailsWith("DataException: a row that nobody can read"));
}

TEST_F(SourceLoop, TheTaskIsStoppedAlsoWhenItCouldNotStart) {
  task.behaviour.fail("start", {ErrorCode::invalid_config, "file 'a' is a directory"});
  EXPECT_THAT(start(), FailsWith("file 'a' is a directory"));
  pipeline->finish();
  EXPECT_EQ(journal.count("RUNNING"), 0);
  EXPECT_EQ(journal.count("stop"), 1);
  EXPECT_EQ(journal.count("producer close"), 1);
}

TEST_F(SourceLoop, ATaskWithoutAProducerFailsBeforeItIsTouched) {
  no_producer = Error{ErrorCode::invalid_config, "linger.ms 'x' is not a number"};
  EXPECT_THAT(make().run(), FailsWith("linger.ms 'x'"));
  EXPECT_THAT(journal.lines(), ElementsAre("close key", "close value", "close header", "destroy"));
}

TEST_F(SourceLoop, APausedTaskStartsWhenItIsResumed) {
  control.set_paused(true);
  listener.on_paused = [this] { control.set_paused(false); };
  ASSERT_THAT(start(), Succeeds());
  EXPECT_THAT(journal.lines(), ElementsAre("PAUSED", "initialize", "start", "RUNNING"));
}

TEST_F(SourceLoop, ATaskThatIsStoppedWhilePausedWasNeverStarted) {
  control.set_paused(true);
  listener.on_paused = [this] { control.stop(); };
  EXPECT_THAT(make().run(), Succeeds());
  EXPECT_THAT(journal.lines(), Not(Contains("stop")));
  EXPECT_THAT(journal.lines(), Not(Contains("initialize")));
}

TEST_F(SourceLoop, APauseHoldsBackPollsAndIsTold) {
  ASSERT_THAT(start(), Succeeds());
  control.set_paused(true);
  listener.on_paused = [this] {
    EXPECT_EQ(journal.count("poll"), 0);
    control.set_paused(false);
  };
  ASSERT_THAT(pipeline->iterate(), Succeeds());
  ASSERT_THAT(pipeline->iterate(), Succeeds());
  EXPECT_THAT(journal.lines(),
              ElementsAre("initialize", "start", "RUNNING", "PAUSED", "RUNNING", "poll"));
}

TEST_F(SourceLoop, APauseInTheMiddleOfABatchLosesNothing) {
  poll_gives({{"a", 1, "x"}, {"a", 2, "y"}, {"a", 3, "z"}});
  bool full = true;
  kafka.on_send = [this, &full](const kafka::OutgoingRecord& record) -> Result<kafka::SendStatus> {
    if (*record.value != "y" || !full) return kafka::SendStatus::accepted;
    control.set_paused(true);
    return kafka::SendStatus::queue_full;
  };
  listener.on_paused = [this, &full] {
    EXPECT_THAT(kafka.values(), ElementsAre("x"));
    full = false;
    control.set_paused(false);
  };
  ASSERT_THAT(run_until_idle(), Succeeds());
  ASSERT_THAT(run_until_idle(), Succeeds());
  EXPECT_THAT(kafka.values(), ElementsAre("x", "y", "z"));
  commit();
  EXPECT_EQ(stored("a"), R"({"position":3})");
}

TEST_F(SourceLoop, AcknowledgementsAreTakenInAPauseToo) {
  kafka.acknowledges = false;
  poll_gives({{"a", 1, "x"}});
  ASSERT_THAT(run_until_idle(), Succeeds());
  control.set_paused(true);
  kafka.on_serve = [this] {
    kafka.on_serve = {};
    kafka.acknowledge("x");
  };
  task.behaviour.on("commit_record", [this]() -> Result<void> {
    control.set_paused(false);
    return {};
  });
  ASSERT_THAT(pipeline->iterate(), Succeeds());
  EXPECT_THAT(task.told, ElementsAre("x@0"));
  commit();
  EXPECT_EQ(stored("a"), R"({"position":1})");
}

TEST_F(SourceLoop, WaitingTakesAcknowledgementsAndEndsWithAStop) {
  kafka.acknowledges = false;
  poll_gives({{"a", 1, "x"}});
  int waits = 0;
  task.on_idle = [&](SourceBatch&, SourceTaskContext& context) -> Result<void> {
    ++waits;
    const Clock::Time before = clock.now();
    EXPECT_FALSE(context.wait_for(std::chrono::seconds(1)));
    EXPECT_EQ(clock.now() - before, std::chrono::seconds(1));
    control.stop();
    EXPECT_TRUE(context.wait_for(std::chrono::hours(1)));
    return {};
  };
  kafka.on_serve = [this] {
    if (task.told.empty() && task.polls.empty() && kafka.sent.size() == 1) {
      kafka.on_serve = {};
      kafka.acknowledge("x");
    }
  };
  ASSERT_THAT(start(), Succeeds());
  ASSERT_THAT(pipeline->iterate(), Succeeds());
  ASSERT_THAT(pipeline->iterate(), Succeeds());
  EXPECT_EQ(waits, 1);
  EXPECT_THAT(task.told, ElementsAre("x@0"));
  pipeline->finish();
  EXPECT_EQ(stored("a"), R"({"position":1})");
}

TEST_F(SourceLoop, TheContextOffersStoredOffsetsAndSettings) {
  poll_gives({{"a", 1, "x"}});
  ASSERT_THAT(run_until_idle(), Succeeds());
  commit();
  bool asked = false;
  task.on_idle = [&asked](SourceBatch&, SourceTaskContext& context) -> Result<void> {
    asked = true;
    EXPECT_EQ(*context.configs()->find("file"), "a.txt");
    EXPECT_EQ(context.transactions(), nullptr);
    const auto offset = context.offsets().offset(OffsetMap{{"file", Text("a")}});
    EXPECT_TRUE(offset && *offset && (**offset).at("position") == Value(std::int64_t{1}));
    return {};
  };
  ASSERT_THAT(pipeline->iterate(), Succeeds());
  EXPECT_TRUE(asked);
}

}  // namespace
}  // namespace millrace::pipeline

// Which source offsets are stored, and when.
#include "source_world.h"

namespace millrace::pipeline {
namespace {

using testing::ElementsAre;

class SourceCommit : public SourcePipelineTest {
 protected:
  SourceCommit() { kafka.acknowledges = false; }
  void send(std::vector<Row> rows) {
    poll_gives(std::move(rows));
    ASSERT_THAT(run_until_idle(), Succeeds());
  }
  void acknowledge(const std::vector<std::string>& values) {
    for (const std::string& value : values) kafka.acknowledge(value);
    ASSERT_THAT(run_until_idle(), Succeeds());
  }
};

TEST_F(SourceCommit, OnlyWhatIsAcknowledgedWithoutAGapIsStored) {  // T18
  send({{"p1", 1, "one"}, {"p1", 2, "two"}, {"p1", 3, "three"}});
  acknowledge({"one", "three"});
  commit();
  EXPECT_EQ(stored("p1"), R"({"position":1})");
  acknowledge({"two"});
  commit();
  EXPECT_EQ(stored("p1"), R"({"position":3})");
}

TEST_F(SourceCommit, APartitionThatIsStuckHoldsUpNoOther) {  // T19
  send({{"A", 1, "a"}, {"B", 1, "b"}});
  acknowledge({"b"});
  commit();
  EXPECT_EQ(stored("A"), "none");
  EXPECT_EQ(stored("B"), R"({"position":1})");
}

TEST_F(SourceCommit, ANullOffsetIsATombstone) {  // T20
  send({{"a", 1, "x"}});
  acknowledge({"x"});
  commit();
  send({{"a", {}, "y"}});
  acknowledge({"y"});
  commit();
  EXPECT_EQ(stored("a"), "tombstone");
}

TEST_F(SourceCommit, ANullPartitionIsAPartitionToo) {
  send({{"", 7, "x"}});
  acknowledge({"x"});
  commit();
  EXPECT_EQ(stored(""), R"({"position":7})");
}

TEST_F(SourceCommit, WithEverythingFilteredThereIsACommitAndNoOffset) {  // T21
  steps = {drops_all()};
  send({{"a", 1, "x"}});
  commit();
  ASSERT_THAT(run_until_idle(), Succeeds());
  EXPECT_EQ(journal.count("commit"), 1);
  EXPECT_THAT(task.told, ElementsAre("x left out"));
  EXPECT_EQ(store.writes(), 0);
  EXPECT_EQ(counters.offset_commit_success.value(), 1U);
}

TEST_F(SourceCommit, ASlowStoreIsAFailureAndTheNextCommitHasTheNewestOffsets) {  // T22
  send({{"a", 1, "x"}, {"b", 1, "y"}});
  acknowledge({"x", "y"});
  store.be_slow(true);
  const Clock::Time before = clock.now();
  commit();
  EXPECT_EQ(clock.now() - before, std::chrono::milliseconds(5000)) << "offset.flush.timeout.ms";
  EXPECT_EQ(counters.offset_commit_failure.value(), 1U);
  store.be_slow(false);
  store.answer_late();  // nobody listens any more

  send({{"a", 2, "z"}});
  acknowledge({"z"});
  EXPECT_EQ(journal.count("commit"), 0) << "nothing has been stored yet";
  commit();
  EXPECT_EQ(stored("a"), R"({"position":2})");
  EXPECT_EQ(stored("b"), R"({"position":1})");
  ASSERT_THAT(run_until_idle(), Succeeds());
  EXPECT_EQ(journal.count("commit"), 1);
}

TEST_F(SourceCommit, AStoreThatFailsDoesNotFailTheTask) {
  send({{"a", 1, "x"}});
  acknowledge({"x"});
  store.fail(Error{ErrorCode::fatal, "No space left on device"});
  commit();
  EXPECT_EQ(counters.offset_commit_failure.value(), 1U);
  ASSERT_THAT(run_until_idle(), Succeeds());
  store.fail(std::nullopt);
  commit();
  EXPECT_EQ(stored("a"), R"({"position":1})");
}

TEST_F(SourceCommit, AnOffsetThatCannotBeWrittenFailsTheCommitOnly) {  // T23
  task.polls.push_back([](SourceBatch& batch, SourceTaskContext&) -> Result<void> {
    add_row(batch, {"a", 1, "x"});
    const Value nested(Value::Map{{Value("in"), Value("side")}});
    batch.records().back().source_offset = batch.entries({{"position", nested}});
    return {};
  });
  ASSERT_THAT(run_until_idle(), Succeeds());
  acknowledge({"x"});
  commit();
  EXPECT_EQ(counters.offset_commit_failure.value(), 1U);
  EXPECT_EQ(stored("a"), "none");
  EXPECT_THAT(run_until_idle(), Succeeds());
  send({{"a", 2, "y"}});
  acknowledge({"y"});
  commit();
  EXPECT_EQ(stored("a"), R"({"position":2})") << "a newer offset heals it";
}

TEST_F(SourceCommit, TheEndWaitsForTheLastAcknowledgements) {  // T24
  send({{"a", 1, "x"}, {"a", 2, "y"}});
  const Clock::Time late = clock.now() + std::chrono::milliseconds(4900);
  kafka.on_serve = [this, late] {
    if (clock.now() < late) return;
    kafka.on_serve = {};
    kafka.acknowledge("x");
    kafka.acknowledge("y");
  };
  stop();
  EXPECT_EQ(stored("a"), R"({"position":2})");
  const std::vector<std::string> lines = journal.lines();
  EXPECT_LT(std::find(lines.begin(), lines.end(), "commit"),
            std::find(lines.begin(), lines.end(), "stop"));
}

TEST_F(SourceCommit, TheEndDoesNotWaitLongerThanTheFlushTimeout) {
  send({{"a", 1, "x"}, {"a", 2, "y"}});
  kafka.acknowledge("x");
  const Clock::Time before = clock.now();
  Clock::Time stopped;
  task.behaviour.on("stop", [&]() -> Result<void> {
    stopped = clock.now();
    return {};
  });
  task.told.clear();
  stop();
  EXPECT_GE(stopped - before, std::chrono::milliseconds(5000));
  EXPECT_LT(stopped - before, std::chrono::milliseconds(5200));
  EXPECT_EQ(stored("a"), R"({"position":1})");
}

TEST_F(SourceCommit, AfterItsStopATaskHearsOfNothing) {
  send({{"a", 1, "x"}});
  task.behaviour.on("stop", [this]() -> Result<void> {
    kafka.acknowledge("x");
    return {};
  });
  stop();
  EXPECT_THAT(task.told, testing::IsEmpty());
}

TEST_F(SourceCommit, ACancelledTaskStoresNothingWhateverIsAcknowledgedLater) {  // T25
  send({{"a", 1, "x"}, {"a", 2, "y"}});
  acknowledge({"x"});
  control.cancel();
  pipeline->abandon();
  EXPECT_TRUE(kafka.abandoned);
  commit();
  pipeline->finish();
  EXPECT_EQ(stored("a"), "none");
  EXPECT_EQ(store.writes(), 0);
  EXPECT_EQ(journal.count("commit"), 0);
  EXPECT_EQ(journal.count("stop"), 1);
}

TEST_F(SourceCommit, ATaskThatIsCancelledCannotReadOffsetsAnyMore) {
  ASSERT_THAT(start(), Succeeds());
  bool refused = false;
  task.on_idle = [&refused](SourceBatch&, SourceTaskContext& context) -> Result<void> {
    refused = !context.offsets().offset(OffsetMap{{"file", Text("a")}});
    return {};
  };
  control.cancel();
  pipeline->abandon();
  ASSERT_THAT(pipeline->iterate(), Succeeds());
  EXPECT_TRUE(refused);
}

TEST_F(SourceCommit, AFailedTaskCommitsWhatArrived) {
  send({{"a", 1, "x"}});
  poll_fails({ErrorCode::fatal, "the table is gone"});
  EXPECT_FALSE(pipeline->iterate());
  kafka.acknowledge("x");
  pipeline->finish();
  EXPECT_EQ(stored("a"), R"({"position":1})");
}

TEST_F(SourceCommit, NothingIsStoredAfterTheEnd) {
  send({{"a", 1, "x"}});
  acknowledge({"x"});
  stop();
  const int writes = store.writes();
  commit();
  EXPECT_EQ(store.writes(), writes);
}

TEST_F(SourceCommit, ErrorsOfTheTasksCommitCallsAreOnlyLogged) {
  task.behaviour.fail("commit", {ErrorCode::fatal, "cannot acknowledge"});
  task.behaviour.fail("commit_record", {ErrorCode::fatal, "cannot acknowledge"});
  send({{"a", 1, "x"}});
  acknowledge({"x"});
  commit();
  EXPECT_THAT(run_until_idle(), Succeeds());
  EXPECT_EQ(stored("a"), R"({"position":1})");
}

}  // namespace
}  // namespace millrace::pipeline

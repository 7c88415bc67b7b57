// Which offsets of a sink task are committed, and when.
#include "sink_world.h"

namespace millrace::pipeline {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class SinkCommit : public SinkPipelineTest {
 protected:
  /// What a task lets go of, in place of all.
  void task_lets_go_of(const PartitionOffsets& offsets) {
    sink.pre_commit = [offsets](const PartitionOffsets&) { return offsets; };
  }
  void put(const std::vector<std::string>& values) {
    kafka.produce("orders-0", values);
    ASSERT_THAT(pipeline ? run() : run_with({"orders-0"}), Succeeds());
  }
};

TEST_F(SinkCommit, ComesEveryFlushInterval) {
  put({"a"});
  ASSERT_THAT(run(), Succeeds());  // waits in its poll until the commit is due
  EXPECT_EQ(journal.count("commit orders-0=1"), 0);
  ASSERT_THAT(run(), Succeeds());
  EXPECT_EQ(journal.count("commit orders-0=1"), 1);
  EXPECT_EQ(kafka.polls[1], std::chrono::milliseconds(60'000)) << "offset.flush.interval.ms";
  ASSERT_THAT(run(), Succeeds());
  EXPECT_EQ(to_text(kafka.committed), "orders-0=1");
  EXPECT_EQ(counters.offset_commit_success.value(), 1U);
}

TEST_F(SinkCommit, ComesSoonerOnRequest) {
  put({"a"});
  ASSERT_THAT(commit_now(), Succeeds());
  EXPECT_EQ(journal.count("commit orders-0=1"), 1);
}

TEST_F(SinkCommit, WithoutNewsThereIsNoRequestButASuccess) {
  put({"a"});
  ASSERT_THAT(commit_now(), Succeeds());
  ASSERT_THAT(commit_now(), Succeeds());
  EXPECT_EQ(journal.count("commit orders-0=1"), 1);
  EXPECT_EQ(journal.count("flush orders-0=1"), 2);
  EXPECT_EQ(counters.offset_commit_success.value(), 2U);
}

TEST_F(SinkCommit, AnEmptyPreCommitCommitsNothing) {  // T35
  put({"a"});
  task_lets_go_of({});
  ASSERT_THAT(commit_now(), Succeeds());
  EXPECT_THAT(journal.lines(), Not(Contains(HasSubstr("commit orders-0=0"))));
  EXPECT_EQ(counters.offset_commit_success.value(), 1U);
  EXPECT_EQ(counters.offset_commit_failure.value(), 0U);
}

TEST_F(SinkCommit, OffsetsAheadOfPutOfOthersAndUnknownOnesAreIgnored) {  // T35, K9
  const log::Capture logged;
  put({"a", "b"});
  task_lets_go_of({{partition("orders-0"), 3}, {partition("books-0"), 1}});
  ASSERT_THAT(commit_now(), Succeeds());
  EXPECT_EQ(journal.count("commit orders-0=3"), 0);
  EXPECT_TRUE(logged.contains("ignores offset 3 of orders-0"));
  EXPECT_TRUE(logged.contains("ignores offset 1 of books-0"));
  task_lets_go_of({{partition("orders-0"), 1}, {partition("books-0"), 1}});
  ASSERT_THAT(commit_now(), Succeeds());
  EXPECT_EQ(journal.count("commit orders-0=1"), 1);
}

TEST_F(SinkCommit, AFailedPreCommitRewindsAndTheTaskLives) {  // T35
  put({"a"});
  ASSERT_THAT(commit_now(), Succeeds());
  put({"b", "c"});
  sink.pre_commit = [](const PartitionOffsets&) -> Result<PartitionOffsets> {
    return Error{ErrorCode::fatal, "the transaction was rolled back"};
  };
  ASSERT_THAT(commit_now(), Succeeds());
  EXPECT_EQ(journal.count("seek orders-0=1"), 1);
  EXPECT_EQ(counters.offset_commit_failure.value(), 1U);
  EXPECT_EQ(sink.batches.back(), (Batch{"b", "c"}));
  EXPECT_EQ(sink.batches.size(), 3U);
  sink.pre_commit = {};
  ASSERT_THAT(commit_now(), Succeeds());
  EXPECT_EQ(journal.count("commit orders-0=3"), 1);
}

TEST_F(SinkCommit, ARewindThatFailsEndsTheTask) {
  put({"a"});
  sink.pre_commit = [](const PartitionOffsets&) -> Result<PartitionOffsets> {
    return Error{ErrorCode::fatal, "the transaction was rolled back"};
  };
  kafka.seek_error = Error{ErrorCode::fatal, "cannot seek in orders-0"};
  EXPECT_THAT(commit_now(), FailsWith("cannot seek in orders-0"))
      << "to go on would commit what the task could not keep";
}

TEST_F(SinkCommit, ALateAnswerCountsAsSkippedAndTheNewerOneStands) {  // T36
  kafka.answers_commits = false;
  put({"a"});
  ASSERT_THAT(commit_now(), Succeeds());
  manual.advance(std::chrono::milliseconds(5000));  // offset.flush.timeout.ms
  put({"b"});
  EXPECT_EQ(counters.offset_commit_failure.value(), 1U);
  ASSERT_THAT(commit_now(), Succeeds());
  EXPECT_EQ(journal.count("commit orders-0=2"), 1);
  kafka.answer_commits();
  ASSERT_THAT(run(), Succeeds());
  EXPECT_EQ(counters.offset_commit_skip.value(), 1U);
  EXPECT_EQ(counters.offset_commit_success.value(), 1U);
  ASSERT_THAT(commit_now(), Succeeds());
  EXPECT_EQ(journal.count("commit orders-0=2"), 1) << "nothing is new";
}

TEST_F(SinkCommit, OnlyOneIsOnItsWayAtATime) {
  kafka.answers_commits = false;
  kafka.max_poll_records = 1;
  put({"a"});
  kafka.produce("orders-0", {"b", "c"});
  ASSERT_THAT(commit_now(), Succeeds());
  ASSERT_THAT(commit_now(), Succeeds());
  EXPECT_EQ(journal.count("flush orders-0=2"), 0) << "the answer to the first is still to come";
  kafka.answer_commits();
  ASSERT_THAT(run(2), Succeeds());
  EXPECT_EQ(journal.count("commit orders-0=3"), 1) << "the request was not forgotten";
}

TEST_F(SinkCommit, AFailedCommitIsTriedAgainWithTheNext) {
  kafka.max_poll_records = 1;
  kafka.answers_commits = false;
  put({"a"});
  kafka.produce("orders-0", {"b", "c"});
  ASSERT_THAT(commit_now(), Succeeds());
  kafka.answer_commits(Error{ErrorCode::retriable, "the coordinator moved"});
  ASSERT_THAT(run(), Succeeds());
  EXPECT_EQ(counters.offset_commit_failure.value(), 1U);
  EXPECT_EQ(counters.offset_commit_success.value(), 0U);
  kafka.answers_commits = true;
  ASSERT_THAT(commit_now(), Succeeds());
  EXPECT_EQ(journal.count("commit orders-0=3"), 1);
}

TEST_F(SinkCommit, FilteredRecordsAdvanceOffsets) {  // T44
  steps = {drops_all()};
  put({"a", "b", "c"});
  ASSERT_THAT(commit_now(), Succeeds());
  EXPECT_EQ(journal.count("commit orders-0=3"), 1);
  EXPECT_THAT(sink.batches, testing::IsEmpty());
}

TEST_F(SinkCommit, OffsetsAreThoseOfPutsThatHaveReturned) {
  put({"a"});
  sink.fail_next(ErrorCode::retriable);
  put({"b"});
  ASSERT_THAT(commit_now(), Succeeds());
  EXPECT_EQ(journal.count("commit orders-0=1"), 1);
}

TEST_F(SinkCommit, ACancelledTaskDoesNotCommit) {  // T45
  put({"a"});
  kafka.produce("orders-0", {"b"});
  sink.puts.push_back([this](std::span<const SinkRecord>, SinkTaskContext&) -> Result<void> {
    control.stop();
    control.cancel();  // put took longer than task.shutdown.graceful.timeout.ms
    return {};
  });
  ASSERT_THAT(run(), Succeeds());
  pipeline->finish();
  EXPECT_EQ(to_text(kafka.committed), "");
  EXPECT_THAT(journal.lines(), Not(Contains(HasSubstr("commit_sync"))));
  EXPECT_EQ(journal.count("close orders-0"), 1);
  EXPECT_EQ(journal.count("stop"), 1);
}

TEST_F(SinkCommit, TheLastOneMayFailAndTheEndGoesOn) {
  put({"a"});
  kafka.commit_error = Error{ErrorCode::fatal, "the group is gone"};
  stop();
  EXPECT_EQ(journal.count("stop"), 1);
  EXPECT_EQ(journal.count("consumer close"), 1);
}

TEST_F(SinkCommit, AFailedPreCommitAtTheEndClosesWithoutACommit) {
  put({"a"});
  sink.pre_commit = [](const PartitionOffsets&) -> Result<PartitionOffsets> {
    return Error{ErrorCode::fatal, "the transaction was rolled back"};
  };
  journal.clear();
  stop();
  const std::vector<std::string> lines = journal.lines();
  EXPECT_THAT(std::vector<std::string>(lines.begin(), lines.begin() + 4),
              ElementsAre("pre_commit orders-0=1", "close orders-0", "stop", "consumer close"));
}

TEST_F(SinkCommit, AnAnswerThatNeverCameIsHeardAtTheEnd) {
  kafka.answers_commits = false;
  put({"a"});
  ASSERT_THAT(commit_now(), Succeeds());
  stop();
  EXPECT_EQ(to_text(kafka.committed), "orders-0=1");
}

}  // namespace
}  // namespace millrace::pipeline

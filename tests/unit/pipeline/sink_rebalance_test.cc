// Partitions that come and go, seeks and topics that appear.
#include "sink_world.h"

namespace millrace::pipeline {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class SinkRebalance : public SinkPipelineTest {};

TEST_F(SinkRebalance, RevokedPartitionsAreFlushedClosedCommittedAndThenOthersOpen) {  // T37
  kafka.produce("orders-0", {"a"});
  ASSERT_THAT(run_with({"orders-0"}), Succeeds());
  journal.clear();
  kafka.revoke({"orders-0"});
  kafka.assign({"orders-1"});
  ASSERT_THAT(run(2), Succeeds());
  EXPECT_THAT(journal.lines(), ElementsAre("flush orders-0=1", "close orders-0",
                                           "commit_sync orders-0=1", "open orders-1"));
  EXPECT_EQ(to_text(sink.context->assignment()), "orders-1");
}

TEST_F(SinkRebalance, OnlyWhatIsRevokedIsClosed) {
  kafka.produce("orders-0", {"a"});
  kafka.produce("orders-1", {"b"});
  ASSERT_THAT(run_with({"orders-0", "orders-1"}), Succeeds());
  journal.clear();
  kafka.revoke({"orders-1"});
  ASSERT_THAT(run(), Succeeds());
  EXPECT_THAT(journal.lines(),
              ElementsAre("flush orders-1=1", "close orders-1", "commit_sync orders-1=1"));
  ASSERT_THAT(commit_now(), Succeeds());
  EXPECT_EQ(journal.count("commit orders-0=1"), 1);
}

TEST_F(SinkRebalance, LostPartitionsAreOnlyClosed) {  // T38
  kafka.produce("orders-0", {"a"});
  ASSERT_THAT(run_with({"orders-0"}), Succeeds());
  journal.clear();
  kafka.lose({"orders-0"});
  ASSERT_THAT(run(), Succeeds());
  stop();
  const std::vector<std::string> lines = journal.lines();
  EXPECT_EQ(lines.front(), "close orders-0");
  EXPECT_THAT(lines, Not(Contains(HasSubstr("flush"))));
  EXPECT_THAT(lines, Not(Contains(HasSubstr("commit"))));
}

TEST_F(SinkRebalance, ARedeliveryWhosePartitionIsRevokedIsDropped) {  // T39
  kafka.produce("orders-0", {"a"});
  kafka.max_poll_records = 1;
  sink.fail_next(ErrorCode::retriable);
  ASSERT_THAT(run_with({"orders-0", "orders-1"}), Succeeds());
  EXPECT_EQ(to_text(kafka.paused), "orders-0 orders-1");
  kafka.revoke({"orders-0"});
  ASSERT_THAT(run(), Succeeds());
  EXPECT_THAT(sink.batches, ElementsAre(Batch{"a"})) << "not offered again";
  EXPECT_EQ(to_text(kafka.committed), "") << "its offset is not committed";
  EXPECT_EQ(to_text(kafka.paused), "") << "the others flow again";
  kafka.produce("orders-1", {"b"});
  ASSERT_THAT(run(), Succeeds());
  EXPECT_EQ(sink.batches.back(), Batch{"b"});
}

TEST_F(SinkRebalance, ARedeliveryKeepsWhatIsStillOurs) {
  kafka.produce("orders-0", {"a"});
  kafka.produce("orders-1", {"b"});
  sink.fail_next(ErrorCode::retriable);
  sink.fail_next(ErrorCode::retriable);
  ASSERT_THAT(run_with({"orders-0", "orders-1"}), Succeeds());
  kafka.revoke({"orders-0"});
  kafka.assign({"orders-2"});
  ASSERT_THAT(run(2), Succeeds());
  EXPECT_THAT(sink.batches, ElementsAre(Batch{"a", "b"}, Batch{"b"}, Batch{"b"}));
  stop();
  EXPECT_EQ(kafka.committed.at(partition("orders-1")), 1);
}

TEST_F(SinkRebalance, APartitionThatComesDuringRedeliveryWaits) {
  kafka.produce("orders-0", {"a"});
  sink.fail_next(ErrorCode::retriable);
  sink.fail_next(ErrorCode::retriable);
  ASSERT_THAT(run_with({"orders-0"}), Succeeds());
  kafka.produce("orders-1", {"b"});
  kafka.assign({"orders-1"});
  ASSERT_THAT(run(), Succeeds());
  EXPECT_EQ(to_text(kafka.paused), "orders-0 orders-1");
  ASSERT_THAT(run(2), Succeeds());
  EXPECT_THAT(sink.batches, ElementsAre(Batch{"a"}, Batch{"a"}, Batch{"a"}, Batch{"b"}));
}

TEST_F(SinkRebalance, AFailedOpenEndsTheTask) {  // T40
  sink.behaviour.fail("open", {ErrorCode::fatal, "cannot open the file"});
  kafka.produce("orders-0", {"a"});
  EXPECT_THAT(run_with({"orders-0"}), FailsWith("cannot open the file"));
  EXPECT_THAT(sink.batches, testing::IsEmpty());
}

TEST_F(SinkRebalance, AFailedCloseEndsTheTask) {
  ASSERT_THAT(run_with({"orders-0"}), Succeeds());
  sink.behaviour.fail("close", {ErrorCode::fatal, "cannot close the file"});
  kafka.revoke({"orders-0"});
  EXPECT_THAT(run(), FailsWith("cannot close the file"));
}

TEST_F(SinkRebalance, ASeekInOpenDecidesWhatComesFirst) {  // T41
  kafka.produce("orders-0", {"a", "b", "c"});
  kafka.committed[partition("orders-0")] = 2;
  sink.behaviour.on("open", [this]() -> Result<void> {
    sink.context->offset({{partition("orders-0"), 1}});
    return {};
  });
  ASSERT_THAT(run_with({"orders-0"}), Succeeds());
  EXPECT_THAT(sink.batches, ElementsAre(Batch{"b", "c"}));
}

TEST_F(SinkRebalance, ACommitMayGoBackAfterASeek) {  // T41, K12
  kafka.produce("orders-0", {"a", "b", "c"});
  ASSERT_THAT(run_with({"orders-0"}), Succeeds());
  ASSERT_THAT(commit_now(), Succeeds());
  ASSERT_THAT(run(), Succeeds());
  EXPECT_EQ(to_text(kafka.committed), "orders-0=3");
  kafka.max_poll_records = 1;
  sink.context->offset({{partition("orders-0"), 1}});
  ASSERT_THAT(run(), Succeeds());
  EXPECT_EQ(sink.batches.back(), Batch{"b"});
  ASSERT_THAT(commit_now(), Succeeds());
  EXPECT_EQ(journal.count("commit orders-0=2"), 1);
}

TEST_F(SinkRebalance, ASeekOfWhatIsNotOursIsIgnored) {
  const log::Capture logged;
  ASSERT_THAT(run_with({"orders-0"}), Succeeds());
  sink.context->offset({{partition("books-0"), 1}});
  ASSERT_THAT(run(), Succeeds());
  EXPECT_EQ(journal.count("seek books-0=1"), 0);
  EXPECT_TRUE(logged.contains("books-0"));
}

TEST_F(SinkRebalance, ReadingGoesOnFromTheCommittedOffset) {
  kafka.produce("orders-0", {"a", "b"});
  kafka.committed[partition("orders-0")] = 1;
  ASSERT_THAT(run_with({"orders-0"}), Succeeds());
  EXPECT_THAT(sink.batches, ElementsAre(Batch{"b"}));
}

class SinkTopics : public SinkPipelineTest {
 protected:
  SinkTopics() {
    topic_matches = [](std::string_view topic) {  // a(?!b).*
      return topic.starts_with("a") && !topic.starts_with("ab");
    };
  }
};

TEST_F(SinkTopics, NewTopicsAreFoundEveryFiveMinutes) {  // T43
  kafka.topics = {"b"};
  ASSERT_THAT(start(), Succeeds());
  EXPECT_THAT(kafka.subscribed, ElementsAre());
  kafka.topics = {"b", "ac", "ab", "__consumer_offsets"};
  const Clock::Time before = clock.now();
  std::optional<Clock::Time> found;
  kafka.on_poll = [&] {
    if (!kafka.subscribed.empty() && !found) found = clock.now();
  };
  while (!found && clock.now() - before < std::chrono::hours(1)) {
    ASSERT_THAT(run(), Succeeds());
  }
  EXPECT_THAT(kafka.subscribed, ElementsAre("ac"));
  EXPECT_EQ(*found - before, std::chrono::minutes(5)) << "metadata.max.age.ms";
}

TEST_F(SinkTopics, InternalTopicsAreNobodys) {  // K3
  topic_matches = [](std::string_view) { return true; };
  kafka.topics = {"__consumer_offsets", "__transaction_state", "__share_group_state", "x", "_y"};
  ASSERT_THAT(start(), Succeeds());
  EXPECT_THAT(kafka.subscribed, ElementsAre("_y", "x"));
}

TEST_F(SinkTopics, AListThatCannotBeHadIsAskedForAgain) {
  kafka.topics = {"a"};
  ASSERT_THAT(start(), Succeeds());
  manual.advance(std::chrono::minutes(5));
  kafka.topics_error = Error{ErrorCode::retriable, "no broker"};
  ASSERT_THAT(run(), Succeeds());
  kafka.topics_error.reset();
  kafka.topics = {"a", "ac"};
  ASSERT_THAT(run(2), Succeeds());
  EXPECT_THAT(kafka.subscribed, ElementsAre("a", "ac"));
}

}  // namespace
}  // namespace millrace::pipeline

// The topics that a task tells of as used: a sink's as consumed, a source's as acknowledged.
#include "sink_world.h"
#include "source_world.h"

namespace millrace::pipeline {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ActiveSinkTopics : public SinkPipelineTest {};

TEST_F(ActiveSinkTopics, ATopicIsToldOnceABatch) {
  kafka.produce("orders-0", {"a", "b"});
  kafka.produce("orders-1", {"c"});
  ASSERT_THAT(run_with({"orders-0", "orders-1"}), Succeeds());
  EXPECT_THAT(listener.topics, ElementsAre("orders"));
  kafka.produce("orders-0", {"d", "e"});
  ASSERT_THAT(run(), Succeeds());
  EXPECT_THAT(listener.topics, ElementsAre("orders", "orders"));
  ASSERT_THAT(run(), Succeeds());
  EXPECT_EQ(listener.topics.size(), 2U) << "nothing was read";
}

TEST_F(ActiveSinkTopics, EachTopicOfABatchIsTold) {
  topic_matches = [](std::string_view) { return true; };
  kafka.topics = {"books", "orders"};
  kafka.produce("books-0", {"a"});
  kafka.produce("orders-0", {"b", "c"});
  ASSERT_THAT(run_with({"books-0", "orders-0"}), Succeeds());
  EXPECT_THAT(listener.topics, ElementsAre("books", "orders"));
}

TEST_F(ActiveSinkTopics, ItIsTheOneThatWasReadAndNotWhatTransformationsMakeOfIt) {
  steps = {routes_to("elsewhere")};
  kafka.produce("orders-0", {"a"});
  ASSERT_THAT(run_with({"orders-0"}), Succeeds());
  EXPECT_THAT(listener.topics, ElementsAre("orders"));
}

TEST_F(ActiveSinkTopics, RecordsThatAreLeftOutCountToo) {
  errors.tolerate_all = true;
  steps = {drops_all()};
  kafka.produce("orders-0", {"bad", "a"});
  ASSERT_THAT(run_with({"orders-0"}), Succeeds());
  EXPECT_THAT(sink.batches, IsEmpty());
  EXPECT_THAT(listener.topics, ElementsAre("orders"));
}

class ActiveSourceTopics : public SourcePipelineTest {};

TEST_F(ActiveSourceTopics, ATopicIsToldWhenARecordIsAcknowledged) {  // P6
  errors.tolerate_all = true;
  kafka.acknowledges = false;
  poll_gives({{"a", 1, "x"}, {"a", 2, "y"}});
  ASSERT_THAT(run_until_idle(), Succeeds());
  EXPECT_THAT(listener.topics, IsEmpty());
  kafka.refuse("x", {ErrorCode::fatal, "too large for the broker"});
  ASSERT_THAT(run_until_idle(), Succeeds());
  EXPECT_THAT(listener.topics, IsEmpty()) << "it did not get there";
  kafka.acknowledge("y");
  ASSERT_THAT(run_until_idle(), Succeeds());
  EXPECT_THAT(listener.topics, ElementsAre("orders"));
}

TEST_F(ActiveSourceTopics, ItIsTheOneThatTransformationsChose) {  // P6: the final name
  steps = {routes_to("public")};
  poll_gives({{"a", 1, "x"}});
  ASSERT_THAT(run_until_idle(), Succeeds());
  EXPECT_THAT(listener.topics, ElementsAre("public"));
}

TEST_F(ActiveSourceTopics, AsLongAsItIsTheSameItIsToldOnceAnIteration) {
  poll_gives({{"a", 1, "x"}, {"a", 2, "y"}, {"a", 3, "z", "books"}});
  poll_gives({{"a", 4, "x"}});
  ASSERT_THAT(run_until_idle(), Succeeds());
  EXPECT_THAT(listener.topics, ElementsAre("orders", "books", "orders"));
}

TEST_F(ActiveSourceTopics, ADeadLetterIsNoUseOfItsTopic) {
  errors.tolerate_all = true;
  errors.dead_letter_topic = "dead";
  cluster.topics["dead"] = {.name = "dead"};
  plain_text.reads_all = true;
  poll_gives({{"a", 1, "bad"}});
  ASSERT_THAT(run_until_idle(), Succeeds());
  EXPECT_EQ(kafka.sent.size(), 1U);
  EXPECT_THAT(listener.topics, IsEmpty());
}

}  // namespace
}  // namespace millrace::pipeline

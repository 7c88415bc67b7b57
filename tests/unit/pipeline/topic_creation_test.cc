// Topics of a source are made before their first record (P5, P11, P12).
#include "source_world.h"

namespace millrace::pipeline {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class SourceTopics : public SourcePipelineTest {
 protected:
  SourceTopics() {
    groups.push_back({.name = "big",
                      .matches = [](std::string_view topic) { return topic.starts_with("big"); },
                      .partitions = 12,
                      .replication_factor = 2,
                      .configs = {{"retention.ms", "1000"}}});
    groups.push_back({.name = "default",
                      .matches = [](std::string_view) { return false; },
                      .partitions = 3,
                      .replication_factor = 1});
  }
};

TEST_F(SourceTopics, TheFirstGroupThatMatchesMakesTheTopic) {  // T29
  poll_gives({{"a", 1, "x", "big-orders"}, {"a", 2, "y", "small"}});
  ASSERT_THAT(run_until_idle(), Succeeds());
  ASSERT_TRUE(cluster.topics.contains("big-orders"));
  EXPECT_EQ(cluster.topics["big-orders"].partitions, 12);
  EXPECT_EQ(cluster.topics["big-orders"].replication_factor, 2);
  EXPECT_EQ(cluster.topics["big-orders"].configs, (ConfigMap{{"retention.ms", "1000"}}));
  ASSERT_TRUE(cluster.topics.contains("small"));
  EXPECT_EQ(cluster.topics["small"].partitions, 3);
  EXPECT_EQ(cluster.topics["small"].configs, ConfigMap());
  EXPECT_THAT(kafka.values(), ElementsAre("x", "y"));
}

TEST_F(SourceTopics, EachTopicIsAskedForOnce) {
  poll_gives({{"a", 1, "x", "p"}, {"a", 2, "y", "q"}, {"a", 3, "z", "p"}, {"a", 4, "z", "p"}});
  poll_gives({{"a", 5, "x", "q"}});
  ASSERT_THAT(run_until_idle(), Succeeds());
  EXPECT_THAT(cluster.described, ElementsAre("p", "q"));
}

TEST_F(SourceTopics, ATopicThatIsThereIsLeftAlone) {
  cluster.topics["p"] = {.name = "p", .partitions = 7};
  cluster.create_error = Error{ErrorCode::fatal, "nobody may create topics"};
  poll_gives({{"a", 1, "x", "p"}});
  ASSERT_THAT(run_until_idle(), Succeeds());
  EXPECT_EQ(cluster.topics["p"].partitions, 7);
}

TEST_F(SourceTopics, ATopicThatOthersMakeMeanwhileIsFine) {
  cluster.others_are_faster = true;
  poll_gives({{"a", 1, "x", "p"}});
  ASSERT_THAT(run_until_idle(), Succeeds());
  EXPECT_THAT(kafka.values(), ElementsAre("x"));
}

TEST_F(SourceTopics, WithoutTheRightToCreateTheTaskFailsAndNamesTheTopic) {  // T30
  errors.tolerate_all = true;
  cluster.create_error =
      Error{ErrorCode::fatal, "org.apache.kafka.common.errors.ClusterAuthorizationException",
            "not authorised"};
  poll_gives({{"a", 1, "x", "p"}});
  const Result<void> result = run_until_idle();
  EXPECT_THAT(result, FailsWith("ConnectException: Task failed to create new topic 'p'"));
  EXPECT_THAT(result, FailsWith("Caused by: org.apache.kafka.common.errors."
                                "ClusterAuthorizationException: not authorised"));
  EXPECT_THAT(kafka.values(), IsEmpty());
}

TEST_F(SourceTopics, WithoutAnAnswerTheRestOfTheBatchIsTriedAgain) {  // P5, P12
  cluster.describe_error = Error{ErrorCode::retriable, "no answer in time"};
  poll_gives({{"a", 1, "x", "p"}, {"a", 2, "y", "p"}});
  const Clock::Time begin = clock.now();
  ASSERT_THAT(run_until_idle(), Succeeds());
  EXPECT_THAT(kafka.values(), IsEmpty());
  EXPECT_GE(clock.now() - begin, std::chrono::milliseconds(100));
  cluster.describe_error.reset();
  ASSERT_THAT(run_until_idle(), Succeeds());
  EXPECT_THAT(kafka.values(), ElementsAre("x", "y"));
}

TEST_F(SourceTopics, AnotherErrorOfTheQuestionEndsTheTask) {  // P12
  cluster.describe_error = Error{ErrorCode::fatal, "unsupported version"};
  poll_gives({{"a", 1, "x", "p"}});
  EXPECT_THAT(run_until_idle(), FailsWith("unsupported version"));
}

TEST_F(SourceTopics, WithoutGroupsNobodyAsks) {
  groups.clear();
  poll_gives({{"a", 1, "x", "p"}});
  ASSERT_THAT(run_until_idle(), Succeeds());
  EXPECT_THAT(cluster.described, IsEmpty());
  EXPECT_THAT(cluster.topics, IsEmpty());
}

}  // namespace
}  // namespace millrace::pipeline

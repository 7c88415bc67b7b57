// Source offsets in a topic (S17), and in two (S18).
#include "storage/kafka_offset_store.h"

#include "base/log.h"
#include "storage/connector_offset_store.h"
#include "unit/storage/fake_topic_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace millrace::storage {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;
using ::testing::UnorderedElementsAre;
using Entries = std::vector<OffsetStore::Entry>;

const std::string ours = R"(["in",{"schema":"s","db":"d"}])";
const std::string theirs = R"(["in",{"db":"d","schema":"s"}])";  // the same, in another order

/// A store and the topic under it.
struct TopicAndStore {
  explicit TopicAndStore(const std::string& name) {
    auto made = std::make_unique<FakeTopicLog>(topic);
    log = made.get();
    store = std::make_unique<KafkaOffsetStore>(std::move(made), name);
  }
  NullableString get(const std::string& key) const {
    const auto values = store->get(std::vector{key});
    EXPECT_TRUE(values) << values.error().message();
    return values->front();
  }
  std::shared_ptr<FakeTopic> topic = std::make_shared<FakeTopic>();
  FakeTopicLog* log = nullptr;
  std::unique_ptr<KafkaOffsetStore> store;
};

/// How often, and with what, a callback was called.
struct Answers {
  OffsetStore::Callback callback() {
    return [this](Result<void> result) { all.push_back(std::move(result)); };
  }
  std::vector<Result<void>> all;
};

class KafkaOffsetStoreTest : public testing::Test {
 protected:
  TopicAndStore offsets{"offsets"};
  Answers answers;
};

TEST_F(KafkaOffsetStoreTest, ReadsWhatIsThereAndWhatComes) {
  offsets.topic->append(ours, R"({"position":1})");
  ASSERT_TRUE(offsets.store->load());
  EXPECT_THAT(offsets.get(ours), Optional(std::string(R"({"position":1})")));
  offsets.topic->append(ours, R"({"position":2})");  // another worker
  EXPECT_THAT(offsets.get(ours), Optional(std::string(R"({"position":2})")));
  offsets.topic->append(ours, std::nullopt);
  EXPECT_EQ(offsets.get(ours), std::nullopt);
  EXPECT_EQ(offsets.get(R"(["in",{"schema":"other"}])"), std::nullopt);
}

TEST_F(KafkaOffsetStoreTest, FindsKeysByWhatTheyMeanAndKeepsTheirBytes) {
  offsets.topic->append(theirs, R"({"position":1})");
  ASSERT_TRUE(offsets.store->load());
  EXPECT_THAT(offsets.get(ours), Optional(std::string(R"({"position":1})")));
  offsets.store->set(Entries{{ours, R"({"position":2})"}}, answers.callback());
  ASSERT_EQ(answers.all.size(), 1U);
  EXPECT_TRUE(answers.all.front());
  EXPECT_THAT(offsets.topic->lines(),
              ElementsAre(theirs + R"( {"position":1})", theirs + R"( {"position":2})"));
  offsets.store->set(Entries{{ours, std::nullopt}}, answers.callback());
  EXPECT_EQ(offsets.get(ours), std::nullopt);
  offsets.store->set(Entries{{ours, R"({"position":3})"}}, answers.callback());
  EXPECT_EQ(offsets.topic->lines().back(), theirs + R"( {"position":3})");
}

TEST_F(KafkaOffsetStoreTest, OfTwoKeysForOnePartitionTheNewestOffsetCounts) {
  offsets.topic->append(ours, R"({"position":1})");
  offsets.topic->append(theirs, R"({"position":7})");
  ASSERT_TRUE(offsets.store->load());
  EXPECT_THAT(offsets.get(ours), Optional(std::string(R"({"position":7})")));
  offsets.topic->append(ours, std::nullopt);
  EXPECT_THAT(offsets.get(ours), Optional(std::string(R"({"position":7})")));
  offsets.topic->append(ours, R"({"position":9})");
  EXPECT_THAT(offsets.get(theirs), Optional(std::string(R"({"position":9})")));
}

TEST_F(KafkaOffsetStoreTest, AWriteIsDoneWhenAllOfItIsAcknowledged) {
  ASSERT_TRUE(offsets.store->load());
  offsets.log->hold_answers = true;
  offsets.store->set(Entries{{ours, "{}"}, {R"(["in",null])", "{}"}}, answers.callback());
  EXPECT_THAT(answers.all, IsEmpty());
  offsets.log->answer_held({});
  ASSERT_EQ(answers.all.size(), 1U);
  EXPECT_TRUE(answers.all.front());
  offsets.store->set(Entries{}, answers.callback());
  EXPECT_EQ(answers.all.size(), 2U);
}

TEST_F(KafkaOffsetStoreTest, TheFirstErrorIsTheAnswer) {
  ASSERT_TRUE(offsets.store->load());
  offsets.log->fail_sends({{ErrorCode::retriable, "first"}, {ErrorCode::fatal, "second"}});
  offsets.store->set(Entries{{ours, "{}"}, {R"(["in",null])", "{}"}, {R"(["b",null])", "{}"}},
                     answers.callback());
  ASSERT_EQ(answers.all.size(), 1U);
  EXPECT_EQ(answers.all.front().error().message(), "first");
}

TEST_F(KafkaOffsetStoreTest, ATopicThatCannotBeReadHasNoAnswers) {
  ASSERT_TRUE(offsets.store->load());
  offsets.log->unreadable = true;
  EXPECT_EQ(offsets.store->get(std::vector{ours}).error().code(), ErrorCode::retriable);
  EXPECT_EQ(offsets.store->entries().error().code(), ErrorCode::retriable);
  offsets.log->start_error = Error{ErrorCode::invalid_config, "not compacted"};
  EXPECT_EQ(offsets.store->load().error().message(), "not compacted");
}

TEST_F(KafkaOffsetStoreTest, ForeignKeysAreNamedAndKept) {
  offsets.topic->append(R"({"k":1})", "x");
  offsets.topic->append(std::nullopt, "y");
  log::Capture capture;
  ASSERT_TRUE(offsets.store->load());
  EXPECT_TRUE(capture.contains(R"(offsets-0@0 has the key '{"k":1}')"));
  EXPECT_TRUE(capture.contains("offsets-0@1 has the key null"));
  EXPECT_EQ(offsets.store->entries()->size(), 1U);
}

class ConnectorOffsetStoreTest : public testing::Test {
 protected:
  ConnectorOffsetStoreTest() {
    auto log = std::make_unique<FakeTopicLog>(own_topic);
    own_log = log.get();
    store = std::make_unique<ConnectorOffsetStore>(
        *worker.store, std::make_unique<KafkaOffsetStore>(std::move(log), "own"));
    EXPECT_TRUE(worker.store->load());
  }
  NullableString get(const std::string& key) const { return store->get(std::vector{key})->front(); }

  TopicAndStore worker{"offsets"};
  std::shared_ptr<FakeTopic> own_topic = std::make_shared<FakeTopic>();
  FakeTopicLog* own_log = nullptr;
  std::unique_ptr<ConnectorOffsetStore> store;
  Answers answers;
};

TEST_F(ConnectorOffsetStoreTest, ItsOwnOffsetsLieOverTheWorkers) {  // S18
  worker.topic->append(ours, "worker");
  worker.topic->append(R"(["in",null])", "worker");
  own_topic->append(theirs, "own");
  own_topic->append(R"(["in",null])", std::nullopt);
  ASSERT_TRUE(store->load());
  EXPECT_THAT(get(ours), Optional(std::string("own")));
  EXPECT_THAT(get(R"(["in",null])"), Optional(std::string("worker")));
  EXPECT_THAT(
      *store->entries(),
      UnorderedElementsAre(std::pair(NullableString(ours), NullableString("own")),
                           std::pair(NullableString(R"(["in",null])"), NullableString("worker"))));
}

TEST_F(ConnectorOffsetStoreTest, WritesGoToItsOwnTopicAndThenWithoutWaitingToTheWorkers) {  // C32
  ASSERT_TRUE(store->load());
  worker.log->hold_answers = true;
  store->set(Entries{{ours, "1"}}, answers.callback());
  ASSERT_EQ(answers.all.size(), 1U) << "the worker's topic is not waited for";
  EXPECT_TRUE(answers.all.front());
  EXPECT_THAT(own_topic->lines(), ElementsAre(ours + " 1"));
  EXPECT_THAT(worker.topic->lines(), ElementsAre(ours + " 1"));
  log::Capture capture;
  worker.log->answer_held(Error{ErrorCode::fatal, "worker's trouble"});
  EXPECT_TRUE(capture.contains("worker's trouble"));
  EXPECT_EQ(answers.all.size(), 1U);
}

TEST_F(ConnectorOffsetStoreTest, AFailureOfItsOwnTopicIsTheAnswer) {
  ASSERT_TRUE(store->load());
  own_log->fail_sends({{ErrorCode::retriable, "own trouble"}});
  store->set(Entries{{ours, "1"}}, answers.callback());
  EXPECT_EQ(answers.all.front().error().message(), "own trouble");
  EXPECT_THAT(worker.topic->lines(), IsEmpty());
}

TEST_F(ConnectorOffsetStoreTest, TombstonesMustReachTheWorkersTopicFirst) {  // S18, C32
  ASSERT_TRUE(store->load());
  worker.log->fail_sends({{ErrorCode::retriable, "worker's trouble"}});
  store->set(Entries{{ours, std::nullopt}, {R"(["in",null])", "2"}}, answers.callback());
  ASSERT_EQ(answers.all.size(), 1U);
  EXPECT_EQ(answers.all.front().error().message(), "worker's trouble");
  EXPECT_THAT(own_topic->lines(), IsEmpty());

  worker.log->hold_answers = true;
  store->set(Entries{{ours, std::nullopt}, {R"(["in",null])", "2"}}, answers.callback());
  EXPECT_THAT(worker.topic->lines(), ElementsAre(ours));
  EXPECT_THAT(own_topic->lines(), IsEmpty()) << "not before the worker's topic has it";
  worker.log->answer_held({});
  ASSERT_EQ(answers.all.size(), 2U);
  EXPECT_TRUE(answers.all.back());
  EXPECT_THAT(own_topic->lines(), ElementsAre(ours, R"(["in",null] 2)"));
  EXPECT_THAT(worker.topic->lines(), ElementsAre(ours, R"(["in",null] 2)"));
}

TEST_F(ConnectorOffsetStoreTest, WhatWaitsIsAnsweredWhenTheStoreGoes) {
  ASSERT_TRUE(store->load());
  worker.log->hold_answers = true;
  store->set(Entries{{ours, std::nullopt}}, answers.callback());
  EXPECT_THAT(answers.all, IsEmpty());
  store.reset();
  ASSERT_EQ(answers.all.size(), 1U);
  EXPECT_FALSE(answers.all.front());
  worker.log->answer_held({});  // comes too late, and calls nobody
  EXPECT_EQ(answers.all.size(), 1U);
}

}  // namespace
}  // namespace millrace::storage

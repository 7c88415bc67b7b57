#include "storage/offset_writer.h"

#include <functional>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/offset_reader.h"

namespace millrace::storage {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

/// Answers at once, with an error that was ordered, or only when it is told to.
class FakeStore final : public OffsetStore {
 public:
  Result<void> load() override { return {}; }
  Result<std::vector<NullableString>> get(std::span<const std::string> keys) override {
    if (read_error) return *read_error;
    std::vector<NullableString> values;
    for (const std::string& key : keys) {
      const auto found = stored.find(key);
      values.push_back(found == stored.end() ? NullableString{} : found->second);
    }
    return values;
  }
  void set(std::span<const Entry> entries, Callback done) override {
    if (while_setting) std::exchange(while_setting, nullptr)();
    if (hold) {
      held = [this, copy = std::vector(entries.begin(), entries.end()), done] {
        for (const Entry& entry : copy) stored[entry.first] = entry.second;
        done({});
      };
      return;
    }
    if (error) return done(*std::exchange(error, std::nullopt));
    for (const Entry& entry : entries) stored[entry.first] = entry.second;
    done({});
  }
  Result<ByteMap> entries() override { return stored; }

  ByteMap stored;
  std::optional<Error> error;
  std::optional<Error> read_error;
  bool hold = false;
  std::function<void()> held;
  std::function<void()> while_setting;
};

NullableOffsetMap file(const char* name) { return OffsetMap{{"f", Value(name)}}; }
NullableOffsetMap at(std::int64_t position) { return OffsetMap{{"p", Value(position)}}; }

class OffsetWriterTest : public testing::Test {
 protected:
  ManualClock clock_;
  FakeStore store_;
  OffsetWriter writer_{store_, clock_, "c"};
};

TEST_F(OffsetWriterTest, NothingNotedIsASuccess) {
  const Result<std::size_t> flushed = writer_.flush(5s);
  ASSERT_TRUE(flushed);
  EXPECT_EQ(*flushed, 0U);
}

TEST_F(OffsetWriterTest, StoresTheNewestOffsetOfEachPartition) {
  writer_.offset(file("a"), at(1));
  writer_.offset(file("b"), at(5));
  writer_.offset(file("a"), at(2));
  EXPECT_EQ(*writer_.flush(5s), 2U);
  EXPECT_THAT(store_.stored, ElementsAre(Pair(R"(["c",{"f":"a"}])", R"({"p":2})"),
                                         Pair(R"(["c",{"f":"b"}])", R"({"p":5})")));
  EXPECT_EQ(*writer_.flush(5s), 0U);
}

TEST_F(OffsetWriterTest, TakesOffsetsOutOfRecords) {
  const std::vector<OffsetEntry> partition = {{"f", Value("a")}};
  writer_.offset(OffsetView(partition), OffsetView());
  EXPECT_EQ(*writer_.flush(5s), 1U);
  EXPECT_THAT(store_.stored, ElementsAre(Pair(R"(["c",{"f":"a"}])", std::nullopt)));
}

TEST_F(OffsetWriterTest, ANullOffsetIsATombstone) {
  writer_.offset(file("a"), at(1));
  writer_.offset(file("a"), NullableOffsetMap{});
  EXPECT_EQ(*writer_.flush(5s), 1U);
  EXPECT_THAT(store_.stored, ElementsAre(Pair(R"(["c",{"f":"a"}])", std::nullopt)));
}

TEST_F(OffsetWriterTest, WhatAStoreRefusedIsWrittenByTheNextFlush) {
  writer_.offset(file("a"), at(1));
  store_.error = Error{ErrorCode::fatal, "disk is full"};
  EXPECT_EQ(writer_.flush(5s).error().message(), "disk is full");
  EXPECT_EQ(*writer_.flush(5s), 1U);
  EXPECT_THAT(store_.stored, ElementsAre(Pair(R"(["c",{"f":"a"}])", R"({"p":1})")));
}

TEST_F(OffsetWriterTest, WhatComesBackLiesUnderWhatIsNewer) {
  writer_.offset(file("a"), at(1));
  writer_.offset(file("b"), at(1));
  store_.error = Error{ErrorCode::fatal, "disk is full"};
  store_.while_setting = [this] { writer_.offset(file("a"), at(2)); };
  ASSERT_FALSE(writer_.flush(5s));
  EXPECT_EQ(*writer_.flush(5s), 2U);
  EXPECT_THAT(store_.stored, ElementsAre(Pair(R"(["c",{"f":"a"}])", R"({"p":2})"),
                                         Pair(R"(["c",{"f":"b"}])", R"({"p":1})")));
}

TEST_F(OffsetWriterTest, AStoreThatIsTooSlowFailsTheFlushAndTheNextOneHasTheNewest) {
  writer_.offset(file("a"), at(1));
  store_.hold = true;
  const Result<std::size_t> slow = writer_.flush(5s);
  ASSERT_FALSE(slow);
  EXPECT_EQ(slow.error().code(), ErrorCode::retriable);
  EXPECT_THAT(slow.error().message(), HasSubstr("5000 ms"));
  writer_.offset(file("a"), at(2));
  store_.hold = false;
  EXPECT_EQ(*writer_.flush(5s), 1U);
  EXPECT_THAT(store_.stored, ElementsAre(Pair(R"(["c",{"f":"a"}])", R"({"p":2})")));
}

TEST_F(OffsetWriterTest, AnAnswerThatComesTooLateIsNotTakenForThatOfTheNextFlush) {
  writer_.offset(file("a"), at(1));
  store_.hold = true;
  ASSERT_FALSE(writer_.flush(5s));
  const auto late = store_.held;
  store_.while_setting = late;  // comes while the next flush waits, whose own answer never comes
  const Result<std::size_t> next = writer_.flush(5s);
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().code(), ErrorCode::retriable);
  store_.held();  // nobody waits any more
  store_.hold = false;
  EXPECT_EQ(*writer_.flush(5s), 1U);
}

TEST_F(OffsetWriterTest, AStoreThatBlocksLongerThanTheTimeoutCountsAsFailed) {
  writer_.offset(file("a"), at(1));
  store_.while_setting = [this] { clock_.advance(6s); };
  ASSERT_FALSE(writer_.flush(5s));
  EXPECT_EQ(*writer_.flush(5s), 1U);
}

TEST_F(OffsetWriterTest, AnOffsetThatCannotBeStoredFailsUntilANewerOneComes) {
  const Value nested(Value::Map{{Value("x"), Value("y")}});
  writer_.offset(file("a"), NullableOffsetMap(OffsetMap{{"p", nested}}));
  writer_.offset(file("b"), at(1));
  EXPECT_EQ(writer_.flush(5s).error().code(), ErrorCode::bad_record);
  EXPECT_EQ(writer_.flush(5s).error().code(), ErrorCode::bad_record);
  EXPECT_THAT(store_.stored, IsEmpty());
  writer_.offset(file("a"), at(3));
  EXPECT_EQ(*writer_.flush(5s), 2U);
}

TEST_F(OffsetWriterTest, APartitionThatCannotBeStoredFailsTheFlush) {
  writer_.offset(NullableOffsetMap(OffsetMap{{"f", Value(Value::Array{})}}), at(1));
  const Result<std::size_t> flushed = writer_.flush(5s);
  ASSERT_FALSE(flushed);
  EXPECT_THAT(flushed.error().message(), HasSubstr("'f'"));
  EXPECT_THAT(flushed.error().message(), HasSubstr("source partition"));
}

TEST_F(OffsetWriterTest, TwoFlushesDoNotRunAtOnce) {
  SystemClock clock;
  OffsetWriter writer(store_, clock, "c");
  writer.offset(file("a"), at(1));
  std::thread other;
  std::optional<Result<std::size_t>> second;
  store_.while_setting = [&] {
    other = std::thread([&] { second = writer.flush(60s); });
    writer.offset(file("b"), at(2));
  };
  EXPECT_EQ(*writer.flush(60s), 1U);
  other.join();
  ASSERT_TRUE(second && *second);
  EXPECT_EQ(**second, 1U);
  EXPECT_EQ(store_.stored.size(), 2U);
}

TEST_F(OffsetWriterTest, AFlushGivesUpWaitingForAnother) {
  writer_.offset(file("a"), at(1));
  Result<std::size_t> inner = std::size_t{0};
  store_.while_setting = [&] { inner = writer_.flush(5s); };
  static_cast<void>(writer_.flush(60s));
  ASSERT_FALSE(inner);
  EXPECT_EQ(inner.error().code(), ErrorCode::retriable);
}

TEST_F(OffsetWriterTest, CancelEndsAFlushThatWaitsAndEveryLaterOne) {
  SystemClock clock;
  OffsetWriter writer(store_, clock, "c");
  writer.offset(file("a"), at(1));
  store_.hold = true;
  std::thread canceller;
  store_.while_setting = [&] { canceller = std::thread([&] { writer.cancel(); }); };
  EXPECT_EQ(writer.flush(10min).error().code(), ErrorCode::fatal);
  canceller.join();
  store_.hold = false;
  EXPECT_EQ(writer.flush(10min).error().code(), ErrorCode::fatal);
  EXPECT_THAT(store_.stored, IsEmpty());
}

class OffsetReaderTest : public testing::Test {
 protected:
  FakeStore store_;
  OffsetReader reader_{store_, "c"};
};

TEST_F(OffsetReaderTest, FindsWhatWasStored) {
  store_.stored = {{R"(["c",{"f":"a"}])", R"({"p":7})"}, {R"(["d",{"f":"b"}])", R"({"p":8})"}};
  EXPECT_EQ(*reader_.offset(*file("a")), at(7));
  EXPECT_EQ(*reader_.offset(*file("b")), NullableOffsetMap{});
}

TEST_F(OffsetReaderTest, AnswersInTheOrderAskedAndLeavesOutWhatCannotBeRead) {
  store_.stored = {{R"(["c",{"f":"a"}])", R"({"p":7})"}, {R"(["c",{"f":"b"}])", "no JSON"}};
  const std::vector<OffsetMap> asked = {
      *file("b"), {{"f", Value(Value::Array{})}}, *file("a"), *file("none")};
  EXPECT_THAT(*reader_.offsets(asked),
              ElementsAre(std::nullopt, std::nullopt, at(7), std::nullopt));
}

TEST_F(OffsetReaderTest, HandsTheErrorOfTheStoreOn) {
  store_.read_error = Error{ErrorCode::fatal, "topic is gone"};
  EXPECT_EQ(reader_.offset(*file("a")).error().message(), "topic is gone");
}

TEST_F(OffsetReaderTest, RefusesToReadOnceClosed) {
  reader_.close();
  const Result<NullableOffsetMap> read = reader_.offset(*file("a"));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code(), ErrorCode::fatal);
  EXPECT_THAT(read.error().message(), HasSubstr("'c'"));
}

TEST_F(OffsetReaderTest, ListsTheOffsetsOfOneConnector) {
  store_.stored = {{R"(["c",{"f":"a"}])", R"({"p":7})"},
                   {R"(["c",{"f":"b"}])", std::nullopt},
                   {R"(["c",null])", R"({"p":1})"},
                   {R"(["d",{"f":"c"}])", R"({"p":8})"},
                   {"odd", R"({"p":9})"},
                   {std::nullopt, "x"}};
  const Result<std::vector<StoredOffset>> offsets = stored_offsets(store_, "c");
  ASSERT_TRUE(offsets);
  ASSERT_EQ(offsets->size(), 2U);
  EXPECT_EQ((*offsets)[0].partition, NullableOffsetMap{});
  EXPECT_EQ((*offsets)[1].partition, file("a"));
  EXPECT_EQ((*offsets)[1].offset, *at(7));
}

}  // namespace
}  // namespace millrace::storage

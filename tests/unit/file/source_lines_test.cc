// What records a source makes of which bytes.

#include "file_test.h"

#include <chrono>
#include <random>

#include <gmock/gmock.h>

namespace millrace::file {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class FileSourceLinesTest : public FileSourceTest {};

TEST_F(FileSourceLinesTest, EndsLinesAtEveryEndAndLetsAPartialOneWait) {  // T57
  append(path_, "a\r\nb\rc");
  start();
  EXPECT_THAT(poll(), ElementsAre("a", "b"));
  EXPECT_EQ(position(), 5);
  EXPECT_THAT(poll(), IsEmpty());
  append(path_, "\n");
  EXPECT_THAT(poll(), ElementsAre("c"));
  EXPECT_EQ(position(), 7);
}

TEST_F(FileSourceLinesTest, HandsOverNoMoreThanTheBatchSizeAndLeavesNothingBehind) {  // T58
  append(path_, "1\n2\n3\n4\n5\n");
  start({{"file", path_}, {"batch.size", "2"}});
  EXPECT_THAT(poll(), ElementsAre("1", "2"));
  EXPECT_THAT(poll(), ElementsAre("3", "4"));
  EXPECT_THAT(poll(), ElementsAre("5"));
  EXPECT_THAT(context_.waits, IsEmpty());
}

TEST_F(FileSourceLinesTest, ABatchSizeBelowOneIsOne) {
  append(path_, "1\n2\n");
  start({{"file", path_}, {"batch.size", "-7"}});
  EXPECT_THAT(poll(), ElementsAre("1"));
  EXPECT_THAT(poll(), ElementsAre("2"));
}

TEST_F(FileSourceLinesTest, ResumesBehindTheBytesThatWereRead) {  // T59
  append(path_, "é\n");
  start();
  EXPECT_THAT(poll(), ElementsAre("é"));
  EXPECT_EQ(position(), 3);
  append(path_, "日本\r\nnext\n");
  store_position(std::int64_t{3});
  start();
  EXPECT_THAT(poll(), ElementsAre("日本", "next"));
  EXPECT_EQ(position(), 16);
  EXPECT_THAT(context_.asked.back(), ElementsAre(testing::Pair("filename", Value(path_))));
}

TEST_F(FileSourceLinesTest, MakesRecordsWithoutKeyOfTheTextAndTheTimeOfReading) {
  using namespace std::chrono;
  const auto now = [] {
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
  };
  append(path_, "first\n\n");
  start();
  const std::int64_t before = now();
  ASSERT_THAT(poll(), ElementsAre("first", ""));
  for (const SourceRecord& record : batch_.records()) {
    EXPECT_EQ(record.topic.view(), "lines");
    EXPECT_EQ(record.partition, std::nullopt);
    EXPECT_TRUE(record.key.is_null());
    EXPECT_EQ(record.key_schema, nullptr);
    EXPECT_EQ(record.value_schema, schemas::string());
    EXPECT_EQ(record.value.kind(), ValueKind::string);
    EXPECT_GE(record.timestamp, before);
    EXPECT_LE(record.timestamp, now());
    EXPECT_TRUE(record.headers.empty());
    EXPECT_EQ(to_map(record.source_partition), (OffsetMap{{"filename", Value(path_)}}));
  }
  EXPECT_EQ(to_map(batch_.records()[0].source_offset),
            (OffsetMap{{"position", Value(std::int64_t{6})}}));
  EXPECT_EQ(to_map(batch_.records()[1].source_offset),
            (OffsetMap{{"position", Value(std::int64_t{7})}}));
}

TEST_F(FileSourceLinesTest, ReplacesBytesThatAreNoUtf8ButCountsThem) {
  append(path_, "caf\xE9\n\xE2\x82\nplain\n");
  start();
  EXPECT_THAT(poll(), ElementsAre("caf\uFFFD", "\uFFFD", "plain"));
  EXPECT_EQ(position(), 14);
}

TEST_F(FileSourceLinesTest, RecordsOutliveTheTaskThatMadeThem) {
  append(path_, "kept\n\xFF\n");
  start();
  poll();
  overwrite(path_, "");
  ASSERT_TRUE(task_->stop());
  task_.reset();
  EXPECT_EQ(batch_.records()[0].value.view(), "kept");
  EXPECT_EQ(batch_.records()[0].topic.view(), "lines");
  EXPECT_EQ(batch_.records()[1].value.view(), "\uFFFD");
  EXPECT_EQ(to_map(batch_.records()[1].source_partition), (OffsetMap{{"filename", Value(path_)}}));
}

TEST_F(FileSourceLinesTest, GivesEveryLineWhereverItIsStartedAgain) {
  std::mt19937 random(7);
  const std::string bits[] = {"a", "é", "\n", "\r\n", "\r", "日", "text", "\xFF"};
  std::string text;
  for (int i = 0; i < 30'000; ++i) text += bits[random() % std::size(bits)];
  text += "\n";
  append(path_, text);
  start({{"file", path_}, {"batch.size", "100000"}});
  std::vector<std::string> expected = poll();
  for (auto more = poll(); !more.empty(); more = poll())
    expected.insert(expected.end(), more.begin(), more.end());

  std::vector<std::string> lines;
  for (std::vector<std::string> more;;) {
    start({{"file", path_}, {"batch.size", std::to_string(1 + random() % 500)}});
    more = poll();
    if (more.empty()) break;
    lines.insert(lines.end(), more.begin(), more.end());
    store_position(position());
  }
  EXPECT_EQ(lines, expected);
  EXPECT_EQ(*(*context_.stored)["position"].get_if<std::int64_t>(),
            static_cast<std::int64_t>(text.size()));
}

TEST_F(FileSourceLinesTest, KeepsABatchOfLongLinesSmall) {
  const std::string line(1 << 20, 'x');
  for (int i = 0; i < 12; ++i) append(path_, line + "\n");
  start();
  std::vector<std::size_t> sizes;
  for (std::size_t size = poll().size(); size > 0; size = poll().size()) sizes.push_back(size);
  EXPECT_THAT(sizes, ElementsAre(4, 4, 4));
}

}  // namespace
}  // namespace millrace::file

#include "millrace/record.h"

#include <gmock/gmock.h>

#include <array>

namespace millrace {
namespace {

using testing::IsNull;
using testing::NotNull;

TEST(HeadersTest, KeepsOrderAndRepeats) {
  Headers headers;
  ASSERT_TRUE(headers.add("k", schemas::string(), "1"));
  ASSERT_TRUE(headers.add("other", nullptr, std::int8_t{2}));
  ASSERT_TRUE(headers.add("k", schemas::string(), "3"));
  ASSERT_EQ(headers.size(), 3U);
  ASSERT_THAT(headers.last("k"), NotNull());
  EXPECT_EQ(headers.last("k")->value, Value("3"));
  headers.remove("k");
  EXPECT_EQ(headers.size(), 1U);
  EXPECT_THAT(headers.last("k"), IsNull());
}

TEST(HeadersTest, AddChecksThePair) {
  Headers headers;
  EXPECT_EQ(headers.add("k", schemas::string(), nullptr).error().message(),
            "A null value requires an optional schema but was Schema{STRING}");
  EXPECT_EQ(headers.add("k", schemas::string(), std::int8_t{5}).error().message(),
            "The value 5 is not compatible with the schema Schema{STRING}");
  EXPECT_TRUE(headers.add("k", schemas::optional_string(), nullptr));
  EXPECT_TRUE(headers.add("k", logical::date().build_checked(), Instant{}));
  EXPECT_TRUE(headers.add("k", logical::date().build_checked(), std::int32_t{1}));
  EXPECT_EQ(headers.size(), 3U);
}

TEST(RecordTest, RetainedOutlivesTheMessage) {
  std::string memory = "message";
  SinkRecord record;
  record.topic = Text::borrow(memory);
  record.key = Bytes::borrow(memory);
  record.value_schema = schemas::string();
  record.value = Text::borrow(memory);
  record.headers.append({Text::borrow(memory), nullptr, Text::borrow(memory)});
  const Record kept = record.retained();
  EXPECT_EQ(kept, static_cast<const Record&>(record));
  memory = "changed";
  EXPECT_EQ(kept.topic, "message");
  EXPECT_EQ(kept.key.view(), "message");
  EXPECT_EQ(kept.value.view(), "message");
  EXPECT_EQ(kept.headers.begin()->key, "message");
  EXPECT_EQ(kept.headers.begin()->value.view(), "message");
}

TEST(RecordTest, EqualMeansEveryPart) {
  Record one;
  one.topic = "t";
  Record two = one;
  EXPECT_EQ(one, two);
  two.partition = 0;
  EXPECT_FALSE(one == two);
}

TEST(OffsetViewTest, NullIsNotEmpty) {
  EXPECT_FALSE(OffsetView() == OffsetView(std::span<const OffsetEntry>()));
  EXPECT_EQ(to_map(OffsetView()), std::nullopt);
  EXPECT_EQ(to_map(OffsetView(std::span<const OffsetEntry>())), OffsetMap());
}

TEST(OffsetViewTest, EqualsInAnyOrder) {
  const std::array one{OffsetEntry{"a", std::int64_t{1}}, OffsetEntry{"b", "x"}};
  const std::array two{OffsetEntry{"b", "x"}, OffsetEntry{"a", std::int64_t{1}}};
  const std::array three{OffsetEntry{"b", "x"}, OffsetEntry{"a", std::int64_t{2}}};
  EXPECT_EQ(OffsetView(one), OffsetView(two));
  EXPECT_FALSE(OffsetView(one) == OffsetView(three));
}

TEST(OffsetViewTest, TheMapOwnsItsContent) {
  std::string memory = "borrowed";
  const std::array entries{OffsetEntry{"a", Text::borrow(memory)}};
  const NullableOffsetMap map = to_map(OffsetView(entries));
  memory = "changed!";
  EXPECT_EQ(map->at("a").view(), "borrowed");
}

}  // namespace
}  // namespace millrace

#include "data/java_hash.h"

#include "base/java_decimal.h"

#include <gmock/gmock.h>

#include <chrono>

namespace millrace::data {
namespace {

using testing::ElementsAre;

std::vector<std::string> keys(const Value::Map& map) {
  std::vector<std::string> texts;
  for (const auto& [key, value] : map) texts.emplace_back(key.view());
  return texts;
}

Value::Map with_keys(std::initializer_list<const char*> names) {
  Value::Map map;
  for (const char* name : names) map.emplace_back(name, nullptr);
  return map;
}

TEST(JavaHashTest, TextsHashOverTheirUtf16Units) {
  EXPECT_EQ(java_text_hash(""), 0U);
  EXPECT_EQ(java_text_hash("Aa"), java_text_hash("BB"));
  EXPECT_EQ(java_text_hash("hello"), 99162322U);
  EXPECT_EQ(java_text_hash("é"), 0xe9U);
  EXPECT_EQ(java_text_hash("😀"), 0xd83dU * 31 + 0xde00U);
  EXPECT_EQ(java_text_hash("\xff"), 0xfffdU);
}

TEST(JavaHashTest, OtherKindsHashAsInJava) {
  EXPECT_EQ(java_hash(Value(std::int8_t{-1})), 0xffffffffU);
  EXPECT_EQ(java_hash(Value(std::int64_t{-1})), 0U);
  EXPECT_EQ(java_hash(Value(std::int64_t{1} << 32)), 1U);
  EXPECT_EQ(java_hash(Value(1.0)), 0x3ff00000U);
  EXPECT_EQ(java_hash(Value(1.0F)), 0x3f800000U);
  EXPECT_EQ(java_hash(Value(true)), 1231U);
  EXPECT_EQ(java_hash(Value(Value::Array{std::int8_t{1}, nullptr})), (31U + 1) * 31);
  EXPECT_EQ(java_hash(Value(Value::Map{{"a", std::int8_t{1}}})), 97U ^ 1U);
  EXPECT_EQ(java_hash(Value(*parse_decimal("1.50"))), 31U * 150 + 2);
  EXPECT_EQ(java_hash(Value(*parse_decimal("-1.50"))), 31U * -150U + 2);
  EXPECT_EQ(java_hash(Value(*parse_decimal("4294967297"))), 31U * (31 + 1));
}

TEST(JavaHashTest, EntriesComeSlotBySlotAndWithinASlotByInsertion) {
  EXPECT_THAT(keys(in_hash_order(with_keys({"b", "a", "c"}))), ElementsAre("a", "b", "c"));
  EXPECT_THAT(keys(in_hash_order(with_keys({"q", "a"}))), ElementsAre("q", "a"));
  EXPECT_THAT(keys(in_hash_order(with_keys({"a", "q"}))), ElementsAre("a", "q"));
  EXPECT_THAT(keys(in_hash_order(with_keys({"BB", "x", "Aa"}))), ElementsAre("BB", "Aa", "x"));
}

TEST(JavaHashTest, TheTableGrowsAtThreeQuarters) {
  // 'q' is 16 above 'a': one slot of 16, two of 32. The thirteenth entry makes it 32.
  const auto twelve = {"q", "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"};
  EXPECT_EQ(keys(in_hash_order(with_keys(twelve)))[0], "q");
  const auto thirteen = {"q", "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"};
  EXPECT_EQ(keys(in_hash_order(with_keys(thirteen))).back(), "q");
}

TEST(JavaHashTest, CopiesStartWithATableForTheirSize) {
  // Two entries: four slots, where 'd' comes first.
  EXPECT_THAT(keys(in_hash_order(with_keys({"a", "d"}), MapOrigin::copied)), ElementsAre("d", "a"));
  EXPECT_THAT(keys(in_hash_order(with_keys({"d", "a"}))), ElementsAre("a", "d"));
  EXPECT_TRUE(in_hash_order({}, MapOrigin::copied).empty());
}

}  // namespace
}  // namespace millrace::data

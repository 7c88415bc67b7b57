#include "millrace/struct.h"

#include <gmock/gmock.h>

#include <limits>

namespace millrace {
namespace {

const double nan_value = std::numeric_limits<double>::quiet_NaN();

SchemaPtr one_text_field() {
  return SchemaBuilder::structure().field("name", schemas::string()).build_checked();
}

TEST(ValueTest, KindsHaveToAgreeForEquality) {
  EXPECT_EQ(Value(std::int32_t{1}), Value(std::int32_t{1}));
  EXPECT_FALSE(Value(std::int32_t{1}) == Value(std::int64_t{1}));
  EXPECT_FALSE(Value("a") == Value(Bytes("a")));
  EXPECT_FALSE(Value() == Value(false));
}

TEST(ValueTest, FloatsAreEqualByBitsAndNaNEqualsItself) {
  EXPECT_EQ(Value(nan_value), Value(-nan_value));
  EXPECT_EQ(Value(std::numeric_limits<float>::quiet_NaN()),
            Value(std::numeric_limits<float>::signaling_NaN()));
  EXPECT_FALSE(Value(0.0) == Value(-0.0));
  EXPECT_FALSE(Value(0.0F) == Value(-0.0F));
}

TEST(ValueTest, MapsAreEqualInAnyOrder) {
  const Value map(Value::Map{{"a", std::int32_t{1}}, {"b", nan_value}});
  EXPECT_EQ(map, Value(Value::Map{{"b", nan_value}, {"a", std::int32_t{1}}}));
  EXPECT_FALSE(map == Value(Value::Map{{"b", nan_value}, {"a", std::int32_t{2}}}));
  EXPECT_FALSE(map == Value(Value::Map{{"b", nan_value}, {"c", std::int32_t{1}}}));
  EXPECT_FALSE(map == Value(Value::Map{{"a", std::int32_t{1}}}));
}

TEST(ValueTest, ArraysAreEqualInOrder) {
  EXPECT_EQ(Value(Value::Array{"a", nullptr}), Value(Value::Array{"a", nullptr}));
  EXPECT_FALSE(Value(Value::Array{"a", nullptr}) == Value(Value::Array{nullptr, "a"}));
}

TEST(ValueTest, DecimalsAreEqualByDigitsAndScale) {
  EXPECT_EQ(Value(Decimal{"\x0f", 1}), Value(Decimal{"\x0f", 1}));
  EXPECT_FALSE(Value(Decimal{"\x0f", 1}) == Value(Decimal{"\x0f", 2}));
}

TEST(ValueTest, RetainedOwnsTextAndBytes) {
  std::string memory = "borrowed";
  const Value text = Text::borrow(memory);
  const Value bytes = Bytes::borrow(memory);
  const Value kept_text = text.retained();
  const Value kept_bytes = bytes.retained();
  memory = "changed!";
  EXPECT_EQ(text.view(), "changed!");
  EXPECT_EQ(kept_text.view(), "borrowed");
  EXPECT_EQ(kept_bytes.view(), "borrowed");
}

TEST(ValueTest, RetainedReachesIntoContainersAndStructs) {
  std::string memory = "borrowed";
  Struct content = *Struct::create(one_text_field());
  ASSERT_TRUE(content.put("name", Text::borrow(memory)));
  const Value nested(Value::Array{
      Value(Value::Map{{Text::borrow(memory), Value(std::move(content))}}), std::int8_t{1}});
  const Value kept = nested.retained();
  EXPECT_EQ(kept, nested);
  memory = "changed!";
  EXPECT_NE(kept, nested) << "what was not retained still looks at the memory";
  const auto& map = *(*kept.get_if<Value::Array>())[0].get_if<Value::Map>();
  EXPECT_EQ(map[0].first.view(), "borrowed");
  EXPECT_EQ(map[0].second.get_if<Struct>()->raw(0).view(), "borrowed");
}

TEST(ValueTest, RetainedSharesWhatIsOwnedAlready) {
  const Value owned(Value::Array{"a", "b"});
  EXPECT_EQ(owned.retained().get_if<Value::Array>(), owned.get_if<Value::Array>());
}

TEST(ValueTest, NamesTheJavaClassesOfItsKinds) {
  EXPECT_EQ(Value(std::int8_t{1}).java_class(), "java.lang.Byte");
  EXPECT_EQ(Value(Bytes("x")).java_class(), "[B");
  EXPECT_EQ(Value(Value::Map{}).java_class(), "java.util.HashMap");
  EXPECT_EQ(Value(Decimal{std::string(1, '\0'), 0}).java_class(), "java.math.BigDecimal");
  EXPECT_EQ(Value(Instant{}).java_class(), "java.util.Date");
}

}  // namespace
}  // namespace millrace

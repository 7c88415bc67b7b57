#include "millrace/value_text.h"
#include "millrace/struct.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <ctime>

namespace millrace {
namespace {

class ValueTextTest : public testing::Test {
 protected:
  ValueTextTest() {
    setenv("TZ", "UTC", 1);
    tzset();
  }
};

TEST_F(ValueTextTest, WritesScalarsAsJavaDoes) {
  EXPECT_EQ(to_text(Value()), "null");
  EXPECT_EQ(to_text(Value(std::int64_t{-5})), "-5");
  EXPECT_EQ(to_text(Value(100.0)), "100.0");
  EXPECT_EQ(to_text(Value(1e10F)), "1.0E10");
  EXPECT_EQ(to_text(Value(true)), "true");
  EXPECT_EQ(to_text(Value("a\"b")), "a\"b");
  EXPECT_EQ(to_text(Value(Decimal{"\x96", 2})), "-1.06");
  EXPECT_EQ(to_text(Value(Instant(std::chrono::milliseconds(1'700'000'000'123)))),
            "Tue Nov 14 22:13:20 UTC 2023");
}

TEST_F(ValueTextTest, WritesContainers) {
  EXPECT_EQ(to_text(Value(Value::Array{})), "[]");
  EXPECT_EQ(to_text(Value(Value::Map{})), "{}");
  EXPECT_EQ(to_text(Value(Value::Array{"a", nullptr, std::int8_t{1}})), "[a, null, 1]");
  EXPECT_EQ(to_text(Value(Value::Map{{"k", Value(Value::Array{"v"})}, {"n", nullptr}})),
            "{k=[v], n=null}");
}

TEST_F(ValueTextTest, LeavesUnsetFieldsOfStructsOut) {
  Struct content = *Struct::create(SchemaBuilder::structure()
                                       .field("a", schemas::of(Type::int32))
                                       .field("b", schemas::optional_string())
                                       .field("c", schemas::optional_string())
                                       .build_checked());
  ASSERT_TRUE(content.put("a", std::int32_t{1}));
  ASSERT_TRUE(content.put("c", "x"));
  EXPECT_EQ(to_text(Value(content)), "Struct{a=1,c=x}");
}

TEST_F(ValueTextTest, WritesBytesAsTheyAreAndInBase64Inside) {
  const Value bytes(Bytes("\xff\n"));
  EXPECT_EQ(to_text(bytes), "\xff\n");
  EXPECT_EQ(to_text(Value(Value::Array{bytes})), "[/wo=]");
}

TEST_F(ValueTextTest, Appends) {
  std::string line = "> ";
  append_text(line, Value("text"));
  EXPECT_EQ(line, "> text");
}

}  // namespace
}  // namespace millrace

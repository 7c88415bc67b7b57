#include "data/values.h"

#include "millrace/struct.h"

#include <gmock/gmock.h>

#include <chrono>
#include <cstdlib>
#include <ctime>

namespace millrace::data {
namespace {

class ValuesTest : public testing::Test {
 protected:
  ValuesTest() { in_zone("UTC"); }
  ~ValuesTest() override { in_zone("UTC"); }

  static void in_zone(const char* zone) {
    setenv("TZ", zone, 1);
    tzset();
  }
  /// The schema's text form and the value printed again.
  static std::string parsed(std::string_view text) {
    const std::optional<SchemaAndValue> result = parse_text(text);
    if (!result) return "absent";
    return result->schema->to_string().substr(6) + " " + print(result->value);
  }
  static std::int64_t instant(std::string_view text) {
    const std::optional<SchemaAndValue> result = parse_text(text);
    return result->value.get_if<Instant>()->time_since_epoch().count();
  }
};

TEST_F(ValuesTest, LengthsCountCharactersNotBytes) {
  EXPECT_EQ(parsed("2019-08-2é"), "{org.apache.kafka.connect.data.Date:INT32} 2019-08-02");
  EXPECT_EQ(parsed("2019-08-é"), "{STRING} 2019-08-é");
  EXPECT_EQ(parsed("2019-8-2😀"), "{org.apache.kafka.connect.data.Date:INT32} 2019-08-02");
}

TEST_F(ValuesTest, DatesBeforeTheChangeOfCalendarsAreJulian) {
  EXPECT_EQ(instant("1582-10-15") - instant("1582-10-04"), 86'400'000);
  EXPECT_EQ(instant("1500-02-29") + 86'400'000, instant("1500-03-01"));
}

TEST_F(ValuesTest, DatesAreReadAndWrittenInTheZoneOfTheProcess) {
  in_zone("EST5");
  EXPECT_EQ(instant("2019-08-23T14:34:54.346Z"), 1'566'570'894'346 + 5 * 3'600'000);
  EXPECT_EQ(parsed("2019-08-23T14:34:54.346Z"),
            "{org.apache.kafka.connect.data.Timestamp:INT64} 2019-08-23T14:34:54.346Z");
}

TEST_F(ValuesTest, FieldsOfDatesMayHaveBlanksAndSigns) {
  EXPECT_EQ(parsed("2019- 8- 2"), "{org.apache.kafka.connect.data.Date:INT32} 2019-08-02");
  EXPECT_EQ(parsed("2019--1-02"), "{org.apache.kafka.connect.data.Date:INT32} 2018-11-02");
  EXPECT_EQ(parsed("[\"2019-08-00\"]"), "{ARRAY} [2019-07-31]");
}

TEST_F(ValuesTest, YearsOfManyDigitsDoNoHarm) {
  EXPECT_NE(parsed("99999999999-1-1T1:1:1.1Z"), "");
  EXPECT_NE(parsed("2147483647-12-31T1:1:1.1"), "");
}

TEST_F(ValuesTest, FiveTokensThatMakeADateSwallowWhatTheyStandFor) {
  EXPECT_EQ(parsed("[1-1-1,1,22]"), "{ARRAY} [00:00:00.000Z]");
}

TEST_F(ValuesTest, BlankTokensBetweenQuotesAreLost) {
  EXPECT_EQ(parsed("[\"a: b\"]"), "{ARRAY} [\"a: b\"]");
  EXPECT_EQ(parsed("[\" , \"]"), "{ARRAY} [\",\"]");
}

TEST_F(ValuesTest, AFailureInsideMakesAllOfItAString) {
  EXPECT_EQ(parsed(" [[1],[x]] "), "{STRING}  [[1],[x]] ");
  EXPECT_EQ(parsed("{\"a\":[1,2}"), "{STRING} {\"a\":[1,2}");
  EXPECT_EQ(parsed("[\"unclosed"), "{STRING} [\"unclosed");
  EXPECT_EQ(parsed("[1, "), "{STRING} [1, ");
  EXPECT_EQ(parsed("[2019-08-23,5000000000]"), "{STRING} [2019-08-23,5000000000]");
}

TEST_F(ValuesTest, DeepNestingIsReadUpToALimit) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_EQ(parsed(nested(1000)), "{ARRAY} " + nested(1000));
  EXPECT_EQ(parsed(nested(1001)), "{STRING} " + nested(1001));
  EXPECT_EQ(parsed(std::string(1'000'000, '{')).substr(0, 8), "{STRING}");
}

TEST_F(ValuesTest, KeysWithACommonTypeAreConvertedThoughValuesHaveNone) {
  const std::optional<SchemaAndValue> map = parse_text("{1:\"x\",300:2}");
  EXPECT_EQ(map->value,
            Value(Value::Map{{std::int16_t{1}, "x"}, {std::int16_t{300}, std::int8_t{2}}}));
  EXPECT_EQ((*map->schema->key_schema())->type(), Type::int16);
  EXPECT_EQ(*map->schema->value_schema(), nullptr);
}

TEST_F(ValuesTest, KeysThatBecomeEqualAreOneKey) {
  EXPECT_EQ(parsed("{1970-01-06:\"a\",5:\"b\"}"), "{MAP} {1970-01-06:\"b\"}");
}

TEST_F(ValuesTest, LargeMapsAreReadInReasonableTime) {
  std::string text = "{";
  for (int i = 0; i < 20'000; ++i) text += "\"k" + std::to_string(i % 19'999) + "\":1,";
  const std::optional<SchemaAndValue> map = parse_text(text + "}");
  ASSERT_EQ(map->value.kind(), ValueKind::map);
  EXPECT_EQ(map->value.get_if<Value::Map>()->size(), 19'999U);
}

TEST_F(ValuesTest, StructsArePrintedWithDefaults) {
  Struct content = *Struct::create(
      SchemaBuilder::structure()
          .field("a\"", schemas::string())
          .field("b", SchemaBuilder(Type::int8).default_value(std::int8_t{3}).build_checked())
          .field("c", schemas::optional_bytes())
          .build_checked());
  ASSERT_TRUE(content.put("a\"", "x\\"));
  EXPECT_EQ(print(Value(content)), R"({"a\"":"x\\","b":3,"c":null})");
}

TEST_F(ValuesTest, PrintsEveryKind) {
  EXPECT_EQ(print(Value()), "");
  EXPECT_EQ(print(Value(Value::Array{nullptr, Bytes("a"), "b", 1.5F})),
            "[null,\"YQ==\",\"b\",1.5]");
  EXPECT_EQ(print(Value(Decimal{"\x0f", -2})), "1.5E+3");
  EXPECT_EQ(print(Value(Instant(std::chrono::milliseconds(86'400'001)))),
            "1970-01-02T00:00:00.001Z");
}

}  // namespace
}  // namespace millrace::data

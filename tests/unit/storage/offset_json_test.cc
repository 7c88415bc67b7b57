#include "storage/offset_json.h"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::storage {
namespace {

using testing::HasSubstr;

NullableOffsetMap map(OffsetMap entries) { return entries; }

std::string value_text(const Value& value) {
  const Result<NullableString> text = offset_value("c", map({{"v", value}}));
  return text ? text->value_or("none") : "error: " + text.error().message();
}

TEST(OffsetJson, WritesKeysAndValuesAsTheSampleHasThem) {
  EXPECT_EQ(*offset_key("local-file-source", map({{"filename", "test.txt"}})),
            R"(["local-file-source",{"filename":"test.txt"}])");
  EXPECT_EQ(**offset_value("c", map({{"position", std::int64_t{20}}})), R"({"position":20})");
}

TEST(OffsetJson, WritesANullPartitionAndATombstone) {
  EXPECT_EQ(*offset_key("foo", NullableOffsetMap{}), R"(["foo",null])");
  EXPECT_EQ(*offset_key("foo", map({})), R"(["foo",{}])");
  EXPECT_EQ(*offset_value("foo", NullableOffsetMap{}), std::nullopt);
}

std::string key_with(std::vector<std::string> names) {
  std::vector<OffsetEntry> entries;
  for (const std::string& name : names) entries.push_back({name, Value()});
  return *offset_key("c", OffsetView(entries));
}

// The orders were printed by java.util.HashMap of OpenJDK 17.
TEST(OffsetJson, ListsMembersInTheOrderOfAHashMap) {
  EXPECT_EQ(key_with({"db", "schema", "table", "shard", "host"}),
            R"(["c",{"schema":null,"host":null,"shard":null,"db":null,"table":null}])");
  EXPECT_EQ(key_with({"Aa", "BB", "ключ", "😀", "𝄞x"}),
            R"(["c",{"Aa":null,"BB":null,"ключ":null,"\uD83D\uDE00":null,"\uD834\uDD1Ex":null}])");
}

TEST(OffsetJson, KeepsTheGivenOrderWithinASlot) {
  EXPECT_EQ(key_with({"Aa", "BB"}), R"(["c",{"Aa":null,"BB":null}])");
  EXPECT_EQ(key_with({"BB", "Aa"}), R"(["c",{"BB":null,"Aa":null}])");
}

TEST(OffsetJson, ATableBeyondTwelveMembersHasMoreSlots) {
  EXPECT_EQ(key_with({"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "filename",
                      "position", "lsn", "txId"}),
            R"(["c",{"a":null,"b":null,"c":null,"d":null,"e":null,"f":null,"lsn":null,"g":null,)"
            R"("h":null,"i":null,"txId":null,"j":null,"k":null,"l":null,"filename":null,)"
            R"("position":null}])");
}

TEST(OffsetJson, WritesEveryKindThatCanBeStored) {
  EXPECT_EQ(value_text(Value()), R"({"v":null})");
  EXPECT_EQ(value_text(true), R"({"v":true})");
  EXPECT_EQ(value_text(std::int8_t{-5}), R"({"v":-5})");
  EXPECT_EQ(value_text(std::int16_t{300}), R"({"v":300})");
  EXPECT_EQ(value_text(std::int32_t{70000}), R"({"v":70000})");
  EXPECT_EQ(value_text(std::numeric_limits<std::int64_t>::min()), R"({"v":-9223372036854775808})");
  EXPECT_EQ(value_text("a\"\\\b\f\n\r\t\x01\x7f/é"),
            "{\"v\":\"a\\\"\\\\\\b\\f\\n\\r\\t\\u0001\x7f/é\"}");
  EXPECT_EQ(value_text(Bytes("")), R"({"v":""})");
  EXPECT_EQ(value_text(Bytes("\xff")), R"({"v":"/w=="})");
  EXPECT_EQ(value_text(Bytes("ab")), R"({"v":"YWI="})");
  EXPECT_EQ(value_text(Bytes("abc")), R"({"v":"YWJj"})");
}

TEST(OffsetJson, WritesFractionsAsJavaDoes) {
  EXPECT_EQ(value_text(1.0), R"({"v":1.0})");
  EXPECT_EQ(value_text(0.001), R"({"v":0.001})");
  EXPECT_EQ(value_text(0.00099), R"({"v":9.9E-4})");
  EXPECT_EQ(value_text(1e7), R"({"v":1.0E7})");
  EXPECT_EQ(value_text(9999999.5), R"({"v":9999999.5})");
  EXPECT_EQ(value_text(123456789.125), R"({"v":1.23456789125E8})");
  EXPECT_EQ(value_text(-0.0), R"({"v":-0.0})");
  EXPECT_EQ(value_text(1.1F), R"({"v":1.1})");
  EXPECT_EQ(value_text(3.4e38F), R"({"v":3.4E38})");
  EXPECT_EQ(value_text(std::nan("")), R"({"v":"NaN"})");
  EXPECT_EQ(value_text(-std::numeric_limits<double>::infinity()), R"({"v":"-Infinity"})");
}

TEST(OffsetJson, RefusesWhatCannotBeStoredAndNamesIt) {
  const Result<NullableString> nested =
      offset_value("orders", map({{"where", Value(Value::Map{{Value("a"), Value("b")}})}}));
  ASSERT_FALSE(nested);
  EXPECT_EQ(nested.error().code(), ErrorCode::bad_record);
  EXPECT_THAT(nested.error().message(), HasSubstr("'where'"));
  EXPECT_THAT(nested.error().message(), HasSubstr("'orders'"));
  EXPECT_THAT(nested.error().message(), HasSubstr("java.util.HashMap"));
  EXPECT_THAT(value_text(Instant{}), HasSubstr("java.util.Date"));
  EXPECT_THAT(value_text("\xc3("), HasSubstr("is no UTF-8 text"));
}

TEST(OffsetJson, ReadsNumbersAsLongAndDouble) {
  const Result<NullableOffsetMap> offset = parse_offset_value(
      R"({"i":42,"d":1.5,"t":"x","b":false,"n":null,"big":9223372036854775808})");
  ASSERT_TRUE(offset) << offset.error().message();
  EXPECT_EQ((*offset)->at("i"), Value(std::int64_t{42}));
  EXPECT_EQ((*offset)->at("d"), Value(1.5));
  EXPECT_EQ((*offset)->at("t"), Value("x"));
  EXPECT_EQ((*offset)->at("b"), Value(false));
  EXPECT_TRUE((*offset)->at("n").is_null());
  EXPECT_EQ((*offset)->at("big"), Value(9223372036854775808.0));
}

TEST(OffsetJson, ReadsATombstoneAndANullAsNoOffset) {
  EXPECT_EQ(*parse_offset_value(std::nullopt), NullableOffsetMap{});
  EXPECT_EQ(*parse_offset_value("null"), NullableOffsetMap{});
}

TEST(OffsetJson, RefusesOffsetsOfAnotherForm) {
  for (const char* text : {"", "{", "[1]", "7", R"({"a":{"b":1}})", R"({"a":[]})", "{} x"}) {
    EXPECT_FALSE(parse_offset_value(text)) << text;
  }
  EXPECT_FALSE(parse_offset_value(std::string(1'000'000, '[')));
}

TEST(OffsetJson, ReadsKeys) {
  const Result<OffsetKey> key = parse_offset_key(R"(["foo",{"filename":"/tmp/x"}])");
  ASSERT_TRUE(key) << key.error().message();
  EXPECT_EQ(key->connector, "foo");
  EXPECT_EQ(key->partition, map({{"filename", "/tmp/x"}}));
  EXPECT_EQ(parse_offset_key(R"(["foo",null])")->partition, NullableOffsetMap{});
}

TEST(OffsetJson, KeysOfTheSamePartitionShareACanonicalText) {
  const auto first = canonical_key(R"(["c",{"a":1,"b":"é"}])");
  ASSERT_TRUE(first);
  EXPECT_EQ(canonical_key(R"( [ "c" , {"b":"\u00e9","a":1} ] )"), first);
  EXPECT_NE(canonical_key(R"(["c",{"a":"1","b":"é"}])"), first);
  EXPECT_NE(canonical_key(R"(["d",{"a":1,"b":"é"}])"), first);
}

TEST(OffsetJson, KeysOfAnotherFormHaveNoCanonicalText) {
  for (const char* text : {"", "c", R"("c")", "[]", R"(["c"])", R"([1,{}])", R"(["c",{},1])",
                           R"(["c",[]])", R"({"c":{}})", "\xff"}) {
    EXPECT_EQ(canonical_key(text), std::nullopt) << text;
  }
  EXPECT_EQ(canonical_key("[\"c\",{\"a\":" + std::string(1'000'000, '[')), std::nullopt);
}

}  // namespace
}  // namespace millrace::storage

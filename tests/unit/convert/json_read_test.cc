#include "convert/json_converter.h"

#include "convert_fixture.h"

namespace millrace {
namespace {

using namespace std::string_view_literals;

const std::string no_envelope = "JsonConverter with schemas.enable requires";

std::string repeat(std::string_view part, std::size_t times) {
  if (part.size() == 1) return std::string(times, part[0]);
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += part;
  return text;
}

struct BareJsonTest : ::testing::Test {
  Subject converter{json_converter, {{"schemas.enable", "false"}}};
  Value value(std::string_view json) {
    const auto data = converter.read(json);
    EXPECT_TRUE(data) << data.error().trace();
    return data ? data->value.retained() : Value();
  }
};

TEST_F(BareJsonTest, ReadsUpToTheEndOfTheFirstValue) {
  EXPECT_EQ(value("[1]]"), Value(Value::Array{std::int64_t{1}}));
  EXPECT_EQ(value("\"a\"\xFF"), Value("a"));
  EXPECT_EQ(value("{} {"), Value(Value::Map{}));
  EXPECT_EQ(value("12\tx"), Value(std::int64_t{12}));
  EXPECT_EQ(converter.read_error("12x"), unreadable);
  EXPECT_EQ(converter.read_error("12,"), unreadable);
  EXPECT_EQ(converter.read_error("truex"), unreadable);
}

TEST_F(BareJsonTest, RefusesWhatIsNotJson) {
  for (const char* text : {"{",
                           "}",
                           "[1,]",
                           "{\"a\":1,}",
                           "[1 2]",
                           "{\"a\" 1}",
                           "{a:1}",
                           "\"a",
                           "\"\\x\"",
                           "\"\\u12g4\"",
                           "\"\\",
                           "tru",
                           "nul",
                           "-",
                           "1.",
                           ".5",
                           "1e",
                           "1e+",
                           "--1",
                           "// c\n1",
                           "Infinity",
                           "'a'",
                           "[",
                           "[1",
                           "\"\x01\"",
                           "\xC3",
                           "\"\xC0\x80\"",
                           "\"\xED\xA0\x80\"",
                           "1e99999999999"}) {
    EXPECT_EQ(converter.read_error(text), unreadable) << text;
  }
}

TEST_F(BareJsonTest, SaysWhereItStoppedReading) {
  const auto data = converter.read("[1,x]");
  ASSERT_FALSE(data);
  ASSERT_NE(data.error().cause(), nullptr);
  EXPECT_EQ(data.error().cause()->message(), "not JSON: no value at byte 3");
}

TEST_F(BareJsonTest, DecodesEscapes) {
  EXPECT_EQ(value(R"("\"\\\/\b\f\n\r\t\u00e9\u4E2D\ud83d\ude00")"),
            Value("\"\\/\b\f\n\r\t\xC3\xA9\xE4\xB8\xAD\xF0\x9F\x98\x80"));
  EXPECT_EQ(value(R"("a\u0000b")").view(), "a\0b"sv);
  EXPECT_EQ(value(R"("\ud83dx\ude00\ud83d\u0041")"), Value("?x??A"));  // halves of characters
}

TEST_F(BareJsonTest, KeepsTheLastOfRepeatedMembersInThePlaceOfTheFirst) {
  const auto entry = [](const char* name, std::int64_t number) {
    return std::pair<Value, Value>(Text(name), number);
  };
  EXPECT_EQ(*value(R"({"a":1,"b":2,"\u0061":3})").get_if<Value::Map>(),
            (Value::Map{entry("a", 3), entry("b", 2)}));
  std::string many = "{";
  for (int i = 0; i < 40; ++i)
    many += "\"k" + std::to_string(i % 20) + "\":" + std::to_string(i) + ",";
  many.back() = '}';
  const Value map = value(many);
  ASSERT_EQ(map.get_if<Value::Map>()->size(), 20U);
  EXPECT_EQ(map.get_if<Value::Map>()->front(), entry("k0", 20));
}

TEST_F(BareJsonTest, ReadsNumbersAsJavaDoes) {
  EXPECT_EQ(value("-0"), Value(std::int64_t{0}));
  EXPECT_EQ(value("-0.0"), Value(0.0));
  EXPECT_EQ(value("007"), Value(std::int64_t{7}));
  EXPECT_EQ(value("9223372036854775808"), Value(std::numeric_limits<std::int64_t>::min()));
  EXPECT_EQ(value("1E400"), Value(std::numeric_limits<double>::infinity()));
  EXPECT_EQ(value("1e-400"), Value(0.0));
  EXPECT_EQ(value("1e999999999"), Value(std::numeric_limits<double>::infinity()));
}

TEST_F(BareJsonTest, HasJacksonsBounds) {
  EXPECT_TRUE(converter.read(repeat("[", 1000) + repeat("]", 1000)));
  EXPECT_EQ(converter.read_error(repeat("[", 1001) + repeat("]", 1001)), unreadable);
  EXPECT_EQ(converter.read_error(repeat("[", 100'000)), unreadable);
  EXPECT_TRUE(converter.read(repeat("1", 1000)));
  EXPECT_TRUE(converter.read("000" + repeat("1", 1000)));
  EXPECT_EQ(converter.read_error(repeat("1", 1001)), unreadable);
  EXPECT_EQ(converter.read_error("0." + repeat("1", 1001)), unreadable);
  EXPECT_TRUE(converter.read("{\"" + repeat("n", 50'000) + "\":1}"));
  EXPECT_EQ(converter.read_error("{\"" + repeat("n", 50'001) + "\":1}"), unreadable);
  EXPECT_TRUE(converter.read("\"" + repeat("s", 20'000'000) + "\""));
  EXPECT_EQ(converter.read_error("\"" + repeat("s", 20'000'001) + "\""), unreadable);
  EXPECT_TRUE(converter.read("\"" + repeat("\xC3\xA9", 10'000'001) + "\""));  // characters count
}

TEST_F(BareJsonTest, FindsTheEncodingFromTheFirstBytes) {
  const Value want = Value::Array{Text("\xC3\xA9")};
  EXPECT_EQ(value("\xEF\xBB\xBF[\"\xC3\xA9\"]"), want);
  EXPECT_EQ(value("\0[\0\"\0\xE9\0\"\0]"sv), want);
  EXPECT_EQ(value("[\0\"\0\xE9\0\"\0]\0"sv), want);
  EXPECT_EQ(value("\xFE\xFF\0[\0\"\0\xE9\0\"\0]"sv), want);
  EXPECT_EQ(value("\xFF\xFE[\0\"\0\xE9\0\"\0]\0"sv), want);
  EXPECT_EQ(value("\0\0\0[\0\0\0\"\0\0\0\xE9\0\0\0\"\0\0\0]"sv), want);
  EXPECT_EQ(value("[\0\0\0\"\0\0\0\xE9\0\0\0\"\0\0\0]\0\0\0"sv), want);
  EXPECT_EQ(converter.read_error("\0\0[\0"sv), unreadable);
  EXPECT_EQ(value("\xEF\xBB\xBF"), Value());
}

struct EnvelopeTest : ::testing::Test {
  Subject converter{json_converter};
  const std::string start = R"({"schema":{"type":"string","optional":true},"payload":)";
  // After a message of the usual form, so that the shortcut is open.
  Result<SchemaAndValue> read_next(std::string_view bytes) {
    EXPECT_EQ(converter.read(start + "\"before\"}")->value.view(), "before");
    return converter.read(bytes);
  }
};

TEST_F(EnvelopeTest, IsReadTheSameBehindAKnownStart) {
  EXPECT_EQ(read_next(start + "\"x\"}")->value, Value("x"));
  EXPECT_EQ(read_next(start + " \"x\" } trailing")->value, Value("x"));
  EXPECT_EQ(read_next(start + "null}")->value, Value());
  EXPECT_EQ(read_next(start + "7}")->value, Value());
  EXPECT_EQ(read_next(start + R"("\u0041"})")->value, Value("A"));
  EXPECT_EQ(read_next(start + R"("a","payload":"b"})")->value, Value("b"));
  EXPECT_EQ(read_next(start + R"("1","schema":{"type":"int32"}})")->value, Value(std::int32_t{0}));
  EXPECT_THAT(read_next(start + R"("1","more":1})").error().message(),
              ::testing::StartsWith(no_envelope));
  EXPECT_EQ(read_next(start + "\"x\"").error().message(), unreadable);
  EXPECT_EQ(read_next(start + "\"\xFF\"}").error().message(), unreadable);
  EXPECT_EQ(read_next(start + "\"\n\"}").error().message(), unreadable);
  EXPECT_EQ(read_next(start).error().message(), unreadable);
}

TEST_F(EnvelopeTest, MayHaveItsMembersInAnyOrderAndTwice) {
  const std::string backwards = R"({"payload":"a","schema":{"type":"string"}})";
  const std::string twice =
      R"({"payload":"a","schema":{"type":"int8"},"schema":{"type":"string"},"payload":"b"})";
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(converter.read(backwards)->value, Value("a"));
    EXPECT_EQ(converter.read(twice)->value, Value("b"));
  }
  EXPECT_EQ(converter.read(R"({"payload":5,"schema":{"type":"int8"}})")->value,
            Value(std::int8_t{5}));
}

TEST_F(EnvelopeTest, KeepsAsManySchemasAsItIsTold) {
  convert::JsonConverter json;
  Converter& as_converter = json;
  ASSERT_TRUE(
      as_converter.configure(*convert::JsonConverter::config_def().parse(
                                 {{"converter.type", "value"}, {"schemas.cache.size", "4"}}),
                             false));
  for (int i = 0; i < 20; ++i) {
    const std::string name = "n" + std::to_string(i);
    const std::string bytes = R"({"schema":{"type":"int8","name":")" + name + R"("},"payload":1})";
    const auto first = as_converter.to_connect("topic", {}, bytes);
    const auto again = as_converter.to_connect("topic", {}, bytes);
    EXPECT_EQ(first->schema->name(), name);
    EXPECT_EQ(first->schema, again->schema);  // the same object, not just an equal one
  }
  EXPECT_EQ(json.schemas_read(), 4U);
}

TEST_F(EnvelopeTest, SchemasOutliveTheMessageTheyCameIn) {
  Value default_value;
  {
    const std::string bytes = R"({"schema":{"type":"array","items":{"type":"string"},)"
                              R"("default":["long enough to be borrowed"]},)"
                              R"("payload":null})";
    default_value = converter.read(bytes)->schema->default_value();
  }
  EXPECT_EQ(default_value, Value(Value::Array{Text("long enough to be borrowed")}));
}

TEST_F(EnvelopeTest, KeepsTheLastValueOfARepeatedKeyInAListOfPairs) {
  const auto data = converter.read(
      R"({"schema":{"type":"map","keys":{"type":"int32"},"values":{"type":"string"}},)"
      R"("payload":[[1,"a"],[2,"b"],[1,"c"]]})");
  ASSERT_TRUE(data);
  const auto& map = *data->value.get_if<Value::Map>();
  ASSERT_EQ(map.size(), 2U);
  EXPECT_EQ(map[0].second, Value("c"));
}

TEST_F(EnvelopeTest, FindsFieldsAmongManyMembersInAnyOrder) {
  std::string fields;
  std::string members;
  for (int i = 0; i < 100; ++i) {
    const std::string name = "f" + std::to_string(i);
    fields += R"({"type":"int32","field":")" + name + "\"},";
    members = "\"" + name + "\":" + std::to_string(i) + "," + members;
  }
  fields.pop_back();
  members.pop_back();
  const auto data = converter.read(R"({"schema":{"type":"struct","fields":[)" + fields +
                                   R"(]},"payload":{)" + members + "}}");
  ASSERT_TRUE(data) << data.error().trace();
  EXPECT_EQ(Subject(json_converter, {{"schemas.enable", "false"}})
                .read("{" + members + "}")
                ->value.get_if<Value::Map>()
                ->size(),
            100U);
  Subject bare(json_converter, {{"schemas.enable", "false"}});
  EXPECT_THAT(bare.written(data->schema, data->value),
              ::testing::StartsWith("{\"f0\":0,\"f1\":1,"));
}

TEST_F(EnvelopeTest, ReportsTheFirstMistakeOfASchema) {
  EXPECT_EQ(converter.read_error(
                R"({"schema":{"type":"struct","fields":[{"type":"int8","field":"a"},)"
                R"({"type":"int8","field":"a"},{"type":"nope","field":"b"}]},"payload":1})"),
            "Cannot create field because of field name duplication a");
  EXPECT_EQ(converter.read_error(R"({"schema":5,"payload":1})"),
            "Schema must contain 'type' field");
  EXPECT_EQ(converter.read_error(R"({"schema":{"type":"map","keys":null,"values":{"type":"int8"}},)"
                                 R"("payload":1})"),
            "keySchema cannot be null.");
  EXPECT_EQ(converter.read_error(R"({"schema":{"type":"array","items":null},"payload":1})"),
            "Array schema did not specify the element type");
}

TEST_F(EnvelopeTest, ReadsDatesOnlyFromWholeNumbersOf32Bits) {
  const std::string date =
      R"({"schema":{"type":"int32","name":"org.apache.kafka.connect.data.Date"},"payload":)";
  EXPECT_EQ(converter.read(date + "-1}")->value,
            Value(Instant(std::chrono::milliseconds(-86400000))));
  EXPECT_EQ(converter.read(date + "0000000000001}")->value,
            Value(Instant(std::chrono::milliseconds(86400000))));
  for (const char* number : {"1.0", "2147483648", "18446744073709551617", "\"1\"", "true"}) {
    EXPECT_THAT(converter.read_error(date + number + "}"),
                ::testing::StartsWith("Invalid type for Date, underlying representation should be "
                                      "integer but was "))
        << number;
  }
}

TEST_F(EnvelopeTest, RefusesBase64ThatIsNotPaddedOrHasForeignLetters) {
  const std::string bytes = R"({"schema":{"type":"bytes"},"payload":")";
  EXPECT_EQ(converter.read(bytes + "AP8= AAAA\"}")->value.view(), "\x00\xFF\0\0\0"sv);
  for (const char* text : {"AP8", "A", "AP8-", "A=P8", "AP 8=", "===="}) {
    EXPECT_EQ(converter.read_error(bytes + text + "\"}"), "Invalid bytes field") << text;
  }
}

}  // namespace
}  // namespace millrace

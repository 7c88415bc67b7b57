#include "convert/json_converter.h"

#include "convert_fixture.h"
#include "millrace/struct.h"

#include <limits>

namespace millrace {
namespace {

SchemaPtr named(const std::string& name) {
  return SchemaBuilder(Type::string).name(name).build_checked();
}

struct Written {
  convert::JsonConverter converter;
  std::vector<RawHeader> headers;

  explicit Written(ConfigMap config) {
    config.set("converter.type", "value");
    Converter& as_converter = converter;
    EXPECT_TRUE(as_converter.configure(*convert::JsonConverter::config_def().parse(config), false));
  }
  std::string operator()(const SchemaPtr& schema, const Value& value) {
    return std::string(converter.from_connect("topic", headers, schema, value).value().value());
  }
};

TEST(JsonWriting, KeepsTheTextsOfAsManySchemasAsItIsTold) {
  Written write({{"schemas.cache.size", "3"}});
  for (int i = 0; i < 10; ++i) {
    const std::string name = "n" + std::to_string(i);
    EXPECT_EQ(
        write(named(name), Text("x")),
        R"({"schema":{"type":"string","optional":false,"name":")" + name + R"("},"payload":"x"})");
  }
  EXPECT_EQ(write.converter.schemas_written(), 3U);
}

TEST(JsonWriting, WorksWithoutAnyCache) {
  Written write({{"schemas.cache.size", "0"}});
  const SchemaPtr a = named("a");
  const SchemaPtr b = named("b");
  const std::string first = write(a, Text("x"));
  EXPECT_NE(write(b, Text("x")), first);
  EXPECT_EQ(write(a, Text("x")), first);
  EXPECT_EQ(write.converter.schemas_written(), 0U);
}

TEST(JsonWriting, TellsSchemasApartThatLiveAtTheSameAddressOneAfterTheOther) {
  Written write({{"schemas.cache.size", "2"}});
  for (int i = 0; i < 50; ++i) {
    const std::string name = "n" + std::to_string(i);
    EXPECT_THAT(write(named(name), Text("x")), ::testing::HasSubstr("\"" + name + "\""));
  }
}

TEST(JsonWriting, EscapesWhereverTheCharacterStands) {
  // Blocks of 16 bytes are looked at together: every place in a block, and the rest behind it.
  Subject converter(json_converter, {{"schemas.enable", "false"}});
  for (std::size_t size = 0; size < 50; ++size) {
    for (std::size_t place = 0; place < size; ++place) {
      std::string text(size, 'a');
      text[place] = '\x1F';
      std::string want = "\"" + text + "\"";
      want.replace(place + 1, 1, "\\u001F");
      ASSERT_EQ(converter.written(nullptr, Text(text)), want) << size << " " << place;
    }
  }
}

TEST(JsonWriting, EscapesNamesAsWell) {
  Subject converter(json_converter, {{"schemas.enable", "false"}});
  EXPECT_EQ(converter.written(nullptr, Value::Map{{Text("\xF0\x9F\x98\x80\"\x7F/"), nullptr}}),
            "{\"\\uD83D\\uDE00\\\"\x7F/\":null}");
}

TEST(JsonWriting, PutsNumbersThatJsonLacksInQuotes) {
  Subject converter(json_converter, {{"schemas.enable", "false"}});
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(converter.written(nullptr, Value::Array{infinity, -infinity, std::nan("")}),
            R"(["Infinity","-Infinity","NaN"])");
}

TEST(JsonWriting, StopsAtAThousandLevelsWithTheEnvelopeCounted) {
  const auto nested = [](int levels) {
    Value value = Value::Array{};
    for (int i = 1; i < levels; ++i) value = Value::Array{value};
    return value;
  };
  Subject bare(json_converter, {{"schemas.enable", "false"}});
  EXPECT_TRUE(bare.write(nullptr, nested(1000)));
  EXPECT_EQ(bare.written(nullptr, nested(1001)),
            "org.apache.kafka.connect.errors.DataException: Converting Kafka Connect data to "
            "byte[] failed due to serialization error: ");
  Subject enveloped(json_converter);
  EXPECT_TRUE(enveloped.write(nullptr, nested(999)));
  EXPECT_FALSE(enveloped.write(nullptr, nested(1000)));
}

TEST(JsonWriting, GoesOnAfterAnError) {
  Subject converter(json_converter);
  const std::string good = converter.written(schemas::string(), Text("x"));
  EXPECT_FALSE(converter.write(schemas::string(), std::int32_t{5}));
  EXPECT_EQ(converter.written(schemas::string(), Text("x")), good);
}

TEST(JsonWriting, RefusesAStructOfAnotherSchemaThanItsFieldHas) {
  const SchemaPtr inner = SchemaBuilder::structure().field("a", schemas::string()).build_checked();
  const SchemaPtr other = SchemaBuilder::structure().field("b", schemas::string()).build_checked();
  const SchemaPtr outer = SchemaBuilder::structure().field("in", inner).build_checked();
  Struct value = *Struct::create(outer);
  Struct wrong = *Struct::create(other);
  wrong.put_unchecked(0, Text("x"));
  value.put_unchecked(0, wrong);
  Subject converter(json_converter);
  EXPECT_EQ(converter.written(outer, value),
            "org.apache.kafka.connect.errors.DataException: Mismatching schema.");
}

}  // namespace
}  // namespace millrace

#include "convert_fixture.h"

namespace millrace {
namespace {

using namespace std::string_view_literals;

std::string read_text(Subject& converter, std::string_view bytes) {
  const auto data = converter.read(bytes);
  return data ? std::string(data->value.view()) : data.error().message();
}

TEST(StringConverter, ReplacesBrokenUtf8AsJavaDoes) {
  Subject converter(string_converter);
  const std::string mark = "\xEF\xBF\xBD";
  EXPECT_EQ(read_text(converter, "\xC3(\xE2\x82"), mark + "(" + mark);  // cut off: one mark
  EXPECT_EQ(read_text(converter, "\xED\xA0\x80!"), mark + "!");         // a surrogate: one mark
  EXPECT_EQ(read_text(converter, "\xC0\x80"), mark + mark);             // longer than needed
  EXPECT_EQ(read_text(converter, "\xE0\x80\x80"), mark + mark + mark);
  EXPECT_EQ(read_text(converter, "\xF0\x9F\x98"), mark);
  EXPECT_EQ(read_text(converter, "\xF0\x9F\x98!"), mark + "!");
  EXPECT_EQ(read_text(converter, "\xF4\x90\x80\x80"), mark + mark + mark + mark);  // above the last
  EXPECT_EQ(read_text(converter, "\xF0\x9F\x98\x80\xFF"), "\xF0\x9F\x98\x80" + mark);
}

TEST(StringConverter, KnowsEncodingsByJavasNames) {
  struct Row {
    const char* encoding;
    std::string_view bytes;
  };
  const std::string text = "a\xC3\xA9";  // aé
  for (const Row& row :
       {Row{"UTF8", "a\xC3\xA9"}, Row{"utf-8", "a\xC3\xA9"}, Row{"ISO-8859-1", "a\xE9"},
        Row{"latin1", "a\xE9"}, Row{"ISO8859_1", "a\xE9"}, Row{"windows-1252", "a\xE9"},
        Row{"US-ASCII", "a?"}, Row{"UTF-16", "\xFE\xFF\0a\0\xE9"sv}, Row{"UTF-16BE", "\0a\0\xE9"sv},
        Row{"UTF-16LE", "a\0\xE9\0"sv}, Row{"UTF-32", "\0\0\0a\0\0\0\xE9"sv}}) {
    Subject converter(string_converter, {{"converter.encoding", row.encoding}});
    EXPECT_EQ(converter.written(schemas::string(), Text(text)), row.bytes) << row.encoding;
    const bool fits = row.encoding != "US-ASCII"sv;
    EXPECT_EQ(read_text(converter, row.bytes), fits ? text : "a?");
  }
}

TEST(StringConverter, ReadsUtf16OfEitherByteOrder) {
  Subject converter(string_converter, {{"converter.encoding", "UTF-16"}});
  EXPECT_EQ(read_text(converter,
                      "\xFF\xFE"
                      "a\0"sv),
            "a");
  EXPECT_EQ(read_text(converter, "\0a"sv), "a");
  EXPECT_EQ(read_text(converter, "\0a\0"sv), "a\xEF\xBF\xBD");
}

TEST(StringConverter, WritesOneQuestionMarkForEachCharacterWithoutAPlace) {
  Subject converter(string_converter, {{"converter.encoding", "ISO-8859-1"}});
  EXPECT_EQ(converter.written(nullptr, Text("\xE4\xB8\xAD-\xF0\x9F\x98\x80")), "?-?");
}

TEST(BooleanConverter, LooksAtTheSchemaEvenForNull) {
  Subject converter("org.apache.kafka.connect.converters.BooleanConverter");
  EXPECT_EQ(converter.written(schemas::optional_string(), nullptr),
            "org.apache.kafka.connect.errors.DataException: "
            "Invalid schema type for BooleanConverter: STRING");
}

TEST(NumberConverters, WriteBigEndianAndReadItBack) {
  Subject longs("org.apache.kafka.connect.converters.LongConverter");
  const auto bytes = longs.written(nullptr, std::int64_t{-2});
  EXPECT_EQ(bytes, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFE");
  EXPECT_EQ(longs.read(bytes)->value, Value(std::int64_t{-2}));
  Subject floats("org.apache.kafka.connect.converters.FloatConverter");
  EXPECT_EQ(floats.written(nullptr, 1.0F), "\x3F\x80\0\0"sv);
  EXPECT_EQ(floats.read("\x3F\x80\0\0"sv)->value, Value(1.0F));
  EXPECT_EQ(*floats.read({})->schema, *schemas::optional_of(Type::float32));
}

TEST(PlainConverters, SayWhatWasBehindAnError) {
  Subject converter("org.apache.kafka.connect.converters.IntegerConverter");
  const auto data = converter.read("123");
  ASSERT_FALSE(data);
  EXPECT_EQ(data.error().code(), ErrorCode::bad_record);
  ASSERT_NE(data.error().cause(), nullptr);
  EXPECT_EQ(data.error().cause()->java_class(),
            "org.apache.kafka.common.errors.SerializationException");
  EXPECT_EQ(data.error().cause()->message(),
            "Size of data received by IntegerDeserializer is not 4");
}

}  // namespace
}  // namespace millrace

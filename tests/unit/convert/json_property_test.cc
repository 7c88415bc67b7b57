#include "convert_fixture.h"
#include "millrace/struct.h"

#include <random>

namespace millrace {
namespace {

using Random = std::mt19937_64;

std::size_t below(Random& random, std::size_t bound) { return random() % bound; }

std::string random_text(Random& random) {
  static const std::vector<std::string> pieces = {"a",
                                                  "B7",
                                                  " ",
                                                  "\"",
                                                  "\\",
                                                  "/",
                                                  "\n",
                                                  "\x01",
                                                  "\x7F",
                                                  "\xC3\xA9",
                                                  "\xE2\x80\xA8",
                                                  "\xF0\x9F\x98\x80",
                                                  "plain text of some length",
                                                  std::string(1, '\0')};
  std::string text;
  for (std::size_t n = below(random, 6); n > 0; --n) text += pieces[below(random, pieces.size())];
  return text;
}

SchemaPtr random_schema(Random& random, int depth);

SchemaBuilder random_shape(Random& random, int depth) {
  switch (below(random, depth > 0 ? 13 : 10)) {
    case 9: return logical::timestamp();
    case 10: return SchemaBuilder::array(random_schema(random, depth - 1));
    case 11: return SchemaBuilder::map(random_schema(random, 0), random_schema(random, depth - 1));
    case 12: {
      SchemaBuilder builder = SchemaBuilder::structure();
      for (std::size_t i = 0, n = below(random, 5); i < n; ++i) {
        builder.field("f" + std::to_string(i) + random_text(random),
                      random_schema(random, depth - 1));
      }
      return builder;
    }
    default: return SchemaBuilder(static_cast<Type>(below(random, 9)));
  }
}

SchemaPtr random_schema(Random& random, int depth) {
  SchemaBuilder builder = random_shape(random, depth);
  if (below(random, 3) == 0) builder.optional();
  if (!builder.peek().name() && below(random, 4) == 0) builder.name("x" + random_text(random));
  if (below(random, 5) == 0) builder.doc(random_text(random));
  if (below(random, 5) == 0) builder.parameter("p", random_text(random));
  return builder.build_checked();
}

Value random_value(Random& random, const SchemaPtr& schema) {
  if (schema->optional() && below(random, 4) == 0) return nullptr;
  if (schema->name() == logical::timestamp_name) {
    return Instant(std::chrono::milliseconds(static_cast<std::int64_t>(random() >> 20)));
  }
  const auto bits = random();
  switch (schema->type()) {
    case Type::int8: return static_cast<std::int8_t>(bits);
    case Type::int16: return static_cast<std::int16_t>(bits);
    case Type::int32: return static_cast<std::int32_t>(bits);
    case Type::int64: return static_cast<std::int64_t>(bits);
    case Type::float32: return static_cast<float>(static_cast<std::int32_t>(bits)) / 1024;
    case Type::float64: return static_cast<double>(static_cast<std::int64_t>(bits)) / 1e6;
    case Type::boolean: return bits % 2 == 0;
    case Type::string: return Text(random_text(random));
    case Type::bytes: return Bytes(random_text(random));
    case Type::array: {
      Value::Array elements;
      for (std::size_t n = below(random, 4); n > 0; --n) {
        elements.push_back(random_value(random, schema->raw_value_schema()));
      }
      return elements;
    }
    case Type::map: {
      Value::Map entries;
      for (std::size_t n = below(random, 2); n > 0; --n) {
        Value key = random_value(random, schema->raw_key_schema());
        if (key.is_null()) continue;  // as a name it would come back as the word
        entries.emplace_back(std::move(key), random_value(random, schema->raw_value_schema()));
      }
      return entries;
    }
    case Type::structure: break;
  }
  Struct content = *Struct::create(schema);
  for (const Field& field : schema->raw_fields()) {
    content.put_unchecked(field.index, random_value(random, field.schema));
  }
  return content;
}

TEST(JsonProperties, WhatIsWrittenWithItsSchemaComesBackTheSame) {
  Random random(20260611);
  Subject converter(json_converter);
  for (int i = 0; i < 2000; ++i) {
    const SchemaPtr schema = random_schema(random, 3);
    for (int repeat = 0; repeat < 3; ++repeat) {
      const Value value = random_value(random, schema);
      const std::string bytes = converter.written(schema, value);
      const auto back = converter.read(bytes);
      ASSERT_TRUE(back) << bytes << "\n" << back.error().trace();
      ASSERT_TRUE(equal(back->schema, schema)) << bytes;
      ASSERT_EQ(back->value, value) << bytes;
      // What comes back is written as the same bytes.
      const Value kept = back->value.retained();
      ASSERT_EQ(converter.written(back->schema, kept), bytes);
    }
  }
}

// A message, most of the time one that is almost right.
std::string random_message(Random& random, const std::vector<std::string>& seeds) {
  if (below(random, 4) == 0) {
    std::string noise;
    for (std::size_t n = below(random, 40); n > 0; --n) {
      noise.push_back(static_cast<char>(random()));
    }
    return noise;
  }
  std::string message = seeds[below(random, seeds.size())];
  static const std::string letters = "{}[]\",:\\u0 1-e.tn\xC3\xFF";
  for (std::size_t n = below(random, 4); n > 0 && !message.empty(); --n) {
    const std::size_t place = below(random, message.size());
    switch (below(random, 4)) {
      case 0: message[place] = letters[below(random, letters.size())]; break;
      case 1: message.erase(place, 1 + below(random, 5)); break;
      case 2: message.insert(place, 1, letters[below(random, letters.size())]); break;
      default: message.insert(place, message.substr(below(random, message.size()), 12));
    }
  }
  return message;
}

std::string outcome(const Result<SchemaAndValue>& data, Subject& writer) {
  if (!data) return data.error().trace();
  return writer.written(data->schema, data->value);
}

TEST(JsonProperties, AnyBytesAreReadOrRefusedAndMemoryOfThePastChangesNothing) {
  const std::vector<std::string> seeds = {
      R"({"schema":{"type":"string","optional":true},"payload":"a text"})",
      R"({"schema":{"type":"string","optional":true},"payload":"a \u00e9 \n text"})",
      R"({"schema":{"type":"struct","fields":[{"field":"a","type":"int32"},{"field":"b","type":)"
      R"("array","items":{"type":"double"},"optional":true}]},"payload":{"a":1,"b":[1.5,2]}})",
      R"({"schema":{"type":"map","keys":{"type":"int8"},"values":{"type":"bytes","name":)"
      R"("org.apache.kafka.connect.data.Decimal","parameters":{"scale":"2"}}},)"
      R"("payload":[[1,"AJw="],[2,1.50]]})",
      R"({"schema":null,"payload":{"a":[1,2.5,"x",null,true,{"b":{}}]}})",
      R"({"payload":12,"schema":{"type":"int64","default":5,"version":1,"doc":"d"}})",
  };
  Random random(42);
  Subject with_past(json_converter);
  Subject bare(json_converter, {{"schemas.enable", "false"}});
  Subject writer(json_converter);
  int readable = 0;
  for (int i = 0; i < 200'000; ++i) {
    const std::string message = random_message(random, seeds);
    const auto data = with_past.read(message);
    readable += data ? 1 : 0;
    if (i % 16 == 0) {
      Subject fresh(json_converter);
      ASSERT_EQ(outcome(data, writer), outcome(fresh.read(message), writer)) << message;
    }
    if (const auto plain = bare.read(message)) {
      ASSERT_TRUE(bare.write(nullptr, plain->value)) << message;
    }
  }
  EXPECT_GT(readable, 20'000);
  EXPECT_LT(readable, 180'000);
}

}  // namespace
}  // namespace millrace

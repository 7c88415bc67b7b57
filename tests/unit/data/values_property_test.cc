#include "data/values.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <random>

namespace millrace::data {
namespace {

/// Makes values that parse_text can give back exactly: the smallest type for each number, one type
/// in each container, texts that neither escapes nor a date's form change.
class ValueMaker {
 public:
  Value scalar(int kind) {
    switch (kind) {
      case 0: return pick(2) == 0;
      case 1: return static_cast<std::int8_t>(pick(256) - 128);
      case 2: return static_cast<std::int16_t>(sign() * (200 + pick(30'000)));
      case 3: return static_cast<std::int32_t>(sign() * (40'000 + pick(1'000'000'000)));
      case 4: return sign() * (std::int64_t{1} << (32 + pick(30)));
      case 5: return static_cast<float>(sign() * (pick(100'000) + 0.5));
      case 6: return day(pick(30'000) + 1);
      default: return text();
    }
  }
  Value container(int depth) {
    const int kind = pick(depth > 0 ? 9 : 8);
    const std::size_t size = pick(4);
    if (pick(2) == 0) {
      Value::Array elements;
      for (std::size_t i = 0; i < size; ++i) elements.push_back(element(kind, depth));
      return elements;
    }
    Value::Map entries;
    for (std::size_t i = 0; i < size; ++i) {
      entries.emplace_back("k" + std::to_string(i), element(kind, depth));
    }
    return entries;
  }

 private:
  Value element(int kind, int depth) {
    if (kind < 8) return scalar(kind);
    // Containers in an array have to be of one type.
    return Value(Value::Array{container(depth - 1)});
  }
  int pick(int below) { return static_cast<int>(random_() % below); }
  int sign() { return pick(2) == 0 ? 1 : -1; }
  static Value day(int number) {
    return Instant(std::chrono::milliseconds(number * std::int64_t{86'400'000}));
  }
  std::string text() {
    constexpr std::string_view characters = "abcXYZ,:{}[]'-+";
    std::string out(1, 'a');
    for (int i = pick(12); i > 0; --i) out += characters[pick(static_cast<int>(characters.size()))];
    return out + "é";
  }

  std::mt19937 random_{20240812};
};

class ValuesPropertyTest : public testing::Test {
 protected:
  ValuesPropertyTest() {
    setenv("TZ", "UTC", 1);
    tzset();
  }
};

TEST_F(ValuesPropertyTest, WhatIsPrintedIsParsedAsTheSameValue) {
  ValueMaker make;
  for (int i = 0; i < 20'000; ++i) {
    const Value value = make.container(3);
    const std::string text = print(value);
    const std::optional<SchemaAndValue> parsed = parse_text(text);
    ASSERT_TRUE(parsed) << text;
    ASSERT_EQ(parsed->value, value) << text << "\nbecame " << print(parsed->value);
    ASSERT_EQ(print(parsed->value), text);
  }
}

/// A text out of pieces that mean something to the parser, sometimes raw bytes.
std::string random_text(std::mt19937& random) {
  static constexpr std::string_view pieces[] = {"[",
                                                "]",
                                                "{",
                                                "}",
                                                ",",
                                                ":",
                                                "\"",
                                                "\\",
                                                " ",
                                                "null",
                                                "true",
                                                "false",
                                                "1",
                                                "-",
                                                "+1.5",
                                                "2019-08-23",
                                                "T",
                                                "1e400",
                                                "Z",
                                                "é",
                                                "\t",
                                                "0",
                                                "12:30",
                                                "14:34:54.346Z",
                                                "1e-2147483647",
                                                "a",
                                                "\\:"};
  std::string text;
  for (std::size_t i = random() % 24; i > 0; --i) {
    if (random() % 16 == 0) {
      text += static_cast<char>(random() % 256);
    } else {
      text += pieces[random() % std::size(pieces)];
    }
  }
  switch (random() % 4) {
    case 0: return "[" + text + "]";
    case 1: return "{\"k\":" + text + "}";
    default: return text;
  }
}

TEST_F(ValuesPropertyTest, AnyTextGivesAValueThatFitsItsSchema) {
  std::mt19937 random(4711);
  int containers = 0;
  for (int i = 0; i < 100'000; ++i) {
    const std::string text = random_text(random);
    const std::optional<SchemaAndValue> parsed = parse_text(text);
    if (!parsed) continue;
    ASSERT_NE(parsed->schema, nullptr) << text;
    const ValueKind kind = parsed->value.kind();
    if (kind == ValueKind::array || kind == ValueKind::map) {
      ++containers;
      const std::optional<SchemaAndValue> again = parse_text(print(parsed->value));
      ASSERT_TRUE(again) << text;
    } else {
      ASSERT_TRUE(validate_value(parsed->schema, parsed->value)) << text;
    }
    if (parsed->schema->type() == Type::string) {
      ASSERT_EQ(parsed->value.view(), text);
    }
  }
  EXPECT_GT(containers, 1'000);
}

}  // namespace
}  // namespace millrace::data

#include "allocation_counter.h"
#include "convert_fixture.h"

namespace millrace {
namespace {

const std::string line(100, 'x');

// Runs once to warm up, then counts what many more runs ask for.
template <class Work>
std::size_t allocations_of(Work work) {
  work();
  work();
  const std::size_t before = allocations();
  for (int i = 0; i < 100; ++i) work();
  return allocations() - before;
}

TEST(Allocation, IsCountedByThisProgram) {
  EXPECT_GE(allocations_of([] { EXPECT_FALSE(std::make_unique<std::string>(line)->empty()); }),
            100U);
}

TEST(Allocation, NoneForStringsThatAreUtf8) {
  Subject converter(string_converter);
  const Value value = Text(line);
  EXPECT_EQ(allocations_of([&] { EXPECT_TRUE(converter.write(schemas::string(), value)); }), 0U);
  EXPECT_EQ(allocations_of([&] { EXPECT_TRUE(converter.read(line)); }), 0U);
}

TEST(Allocation, NoneForBytes) {
  Subject converter(bytes_converter);
  const Value value = Bytes(line);
  EXPECT_EQ(allocations_of([&] { EXPECT_TRUE(converter.write(schemas::bytes(), value)); }), 0U);
  EXPECT_EQ(allocations_of([&] { EXPECT_TRUE(converter.read(line)); }), 0U);
}

TEST(Allocation, NoneForTextsInJsonBehindTheSchemaOfTheLastRecord) {
  Subject converter(json_converter);
  const Value value = Text(line + "\n\"");
  EXPECT_EQ(allocations_of([&] { EXPECT_TRUE(converter.write(schemas::string(), value)); }), 0U);
  const std::string bytes = converter.written(schemas::string(), Text(line));
  EXPECT_EQ(allocations_of([&] { EXPECT_TRUE(converter.read(bytes)); }), 0U);
}

TEST(Allocation, NoneForBareTextsInJson) {
  Subject converter(json_converter, {{"schemas.enable", "false"}});
  const std::string bytes = "\"" + line + "\"";
  EXPECT_EQ(allocations_of([&] { EXPECT_TRUE(converter.read(bytes)); }), 0U);
}

TEST(Borrowing, TextsAndBytesPointIntoTheMessage) {
  const auto lies_within = [](const std::string& message, const Value& value) {
    const char* at = value.view().data();
    return at >= message.data() && at + value.view().size() <= message.data() + message.size();
  };
  Subject json(json_converter);
  const std::string bytes = json.written(schemas::string(), Text(line));
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(lies_within(bytes, json.read(bytes)->value));
  EXPECT_TRUE(lies_within(line, Subject(string_converter).read(line)->value));
  EXPECT_TRUE(lies_within(line, Subject(bytes_converter).read(line)->value));

  // A text that had to be decoded is a copy, for the converter's buffer changes with the next call.
  const std::string escaped = R"({"schema":{"type":"string"},"payload":"tab\there"})";
  const Value first = json.read(escaped)->value;
  EXPECT_TRUE(json.read(R"({"schema":{"type":"string"},"payload":"\u0041\u0042\u0043"})"));
  EXPECT_EQ(first.view(), "tab\there");
}

}  // namespace
}  // namespace millrace

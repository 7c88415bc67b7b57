#include "storage/java_map_file.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "temporary_folder.h"

namespace millrace::storage {
namespace {

using testing::HasSubstr;

std::string from_hex(std::string_view digits) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

std::string java_file(std::string_view name) {
  return file_content(std::filesystem::path(MILLRACE_TEST_DATA) / "storage" / name);
}

const ByteMap sample_entries = {
    {R"(["local-file-source",{"filename":"test.txt"}])", R"({"position":20})"}};
const std::string sample_bytes = from_hex(
    "aced0005737200116a6176612e7574696c2e486173684d61700507dac1c31660d103000246000a6c6f616446616374"
    "6f"
    "724900097468726573686f6c6478703f4000000000000c77080000001000000001757200025b42acf317f8060854e0"
    "02"
    "000078700000002d5b226c6f63616c2d66696c652d736f75726365222c7b2266696c656e616d65223a22746573742e"
    "74"
    "7874227d5d7571007e00020000000f7b22706f736974696f6e223a32307d78");

TEST(JavaMapFile, WritesTheSampleByteForByte) {
  ASSERT_EQ(sample_bytes.size(), 175U);
  EXPECT_EQ(write_java_map(sample_entries), sample_bytes);
}

TEST(JavaMapFile, ReadsTheSample) {
  const Result<JavaMap> map = parse_java_map(sample_bytes);
  ASSERT_TRUE(map) << map.error().message();
  EXPECT_FALSE(map->cut_short);
  EXPECT_EQ(map->entries, sample_entries);
}

TEST(JavaMapFile, WritesAnEmptyMapAsJavaDoes) {
  EXPECT_EQ(write_java_map({}), java_file("java-empty.offsets"));
}

TEST(JavaMapFile, ReadsAnEmptyMapOfJava) {
  const Result<JavaMap> map = parse_java_map(java_file("java-empty.offsets"));
  ASSERT_TRUE(map) << map.error().message();
  EXPECT_TRUE(map->entries.empty());
  EXPECT_FALSE(map->cut_short);
}

TEST(JavaMapFile, ReadsManyEntriesOfJavaWithNullKeyAndNullValue) {
  const Result<JavaMap> map = parse_java_map(java_file("java-32.offsets"));
  ASSERT_TRUE(map) << map.error().message();
  EXPECT_EQ(map->entries.size(), 32U);
  EXPECT_EQ(map->entries.at(std::nullopt), R"({"position":1})");
  EXPECT_EQ(map->entries.at(R"(["many",{"filename":"gone"}])"), std::nullopt);
  EXPECT_EQ(map->entries.at(R"(["many",{"filename":"f29"}])"), R"({"position":290})");
}

TEST(JavaMapFile, WritesTheSizesThatJavaWroteForManyEntries) {
  const std::string theirs = java_file("java-32.offsets");
  const std::string ours = write_java_map(parse_java_map(theirs)->entries);
  // Everything but the order of the entries, which is arbitrary: head with threshold, capacity,
  // count.
  EXPECT_EQ(ours.substr(0, 81), theirs.substr(0, 81));
  EXPECT_EQ(ours.size(), theirs.size());
  EXPECT_EQ(parse_java_map(ours)->entries, parse_java_map(theirs)->entries);
}

TEST(JavaMapFile, ReadsAnArrayThatSeveralEntriesShare) {
  const Result<JavaMap> map = parse_java_map(java_file("java-shared.offsets"));
  ASSERT_TRUE(map) << map.error().message();
  ASSERT_EQ(map->entries.size(), 3U);
  for (const auto& [key, value] : map->entries) EXPECT_EQ(value, R"({"position":7})");
}

TEST(JavaMapFile, TheLastOfEqualKeysWins) {
  ByteMap two = {{"a", "1"}, {"b", "2"}};
  std::string bytes = write_java_map(two);
  bytes[bytes.find("\x01"
                   "b") +
        1] = 'a';
  const Result<JavaMap> map = parse_java_map(bytes);
  ASSERT_TRUE(map) << map.error().message();
  EXPECT_EQ(map->entries, (ByteMap{{"a", "2"}}));
}

TEST(JavaMapFile, EveryBeginningOfAFileIsCutShort) {
  for (std::size_t size = 0; size < sample_bytes.size(); ++size) {
    const Result<JavaMap> map = parse_java_map(std::string_view(sample_bytes).substr(0, size));
    ASSERT_TRUE(map) << size << ": " << map.error().message();
    EXPECT_TRUE(map->cut_short) << size;
    EXPECT_TRUE(map->entries.empty()) << size;
  }
}

TEST(JavaMapFile, NoChangedByteIsReadBeyondTheEnd) {
  for (std::size_t place = 0; place < sample_bytes.size(); ++place) {
    for (const char value : {'\x00', '\x7f', '\xff'}) {
      std::string bytes = sample_bytes;
      bytes[place] = value;
      const Result<JavaMap> map = parse_java_map(bytes);
      EXPECT_TRUE(!map || map->entries.size() <= 1) << place;
    }
  }
}

std::string error_of(std::string_view bytes) {
  const Result<JavaMap> map = parse_java_map(bytes);
  if (map) return "no error";
  EXPECT_EQ(map.error().code(), ErrorCode::fatal);
  return map.error().message();
}

TEST(JavaMapFile, SaysWhatAForeignFileHolds) {
  EXPECT_THAT(error_of("{\"offsets\":[]}"), HasSubstr("7b226f66"));
  EXPECT_THAT(error_of(java_file("java-treemap.offsets")), HasSubstr("'java.util.TreeMap'"));
  EXPECT_THAT(error_of(java_file("java-string.offsets")), HasSubstr("java.lang.String"));
  EXPECT_THAT(error_of(java_file("java-text-value.offsets")), HasSubstr("text where bytes belong"));
}

TEST(JavaMapFile, RefusesAReferenceToNothing) {
  std::string bytes = sample_bytes;
  bytes.replace(bytes.find("uq"), 6, std::string("q\x00\x7e\x00\x63\x00", 6));
  EXPECT_THAT(error_of(bytes), HasSubstr("007e0063"));
}

TEST(JavaMapFile, RefusesAnImpossibleNumberOfEntries) {
  std::string bytes = sample_bytes;
  bytes[77] = '\xff';
  EXPECT_THAT(error_of(bytes), HasSubstr("entries"));
}

}  // namespace
}  // namespace millrace::storage

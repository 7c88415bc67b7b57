#include "file/line_buffer.h"

#include <cstring>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::file {
namespace {

using testing::ElementsAre;

struct Cut {
  std::vector<std::string> lines;
  std::vector<std::size_t> ends;  // bytes from the start up to and with each line's end
};

/// What the lines are, from the whole text at once.
Cut cut_naively(const std::string& text) {
  Cut cut;
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\n' && text[i] != '\r') continue;
    const std::size_t end = i;
    if (text[i] == '\r') {
      if (i + 1 == text.size()) break;
      if (text[i + 1] == '\n') ++i;
    }
    cut.lines.push_back(text.substr(start, end - start));
    start = i + 1;
    cut.ends.push_back(start);
  }
  return cut;
}

/// Offers bytes in pieces of `piece()` bytes and takes lines in between, as the task does.
template <class Piece>
Cut cut_in_pieces(LineBuffer& buffer, const std::string& text, Piece piece) {
  Cut cut;
  std::size_t taken = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::span<char> space = buffer.space();
    if (space.empty()) return cut;
    const std::size_t size =
        std::min({space.size(), text.size() - at, static_cast<std::size_t>(piece())});
    std::memcpy(space.data(), text.data() + at, size);
    buffer.filled(size);
    at += size;
    while (const auto line = buffer.next()) {
      cut.lines.emplace_back(line->text);
      cut.ends.push_back(taken += line->bytes);
    }
  }
  return cut;
}

TEST(LineBufferTest, EndsLinesAtEveryKindOfEnd) {
  LineBuffer buffer(1000);
  const Cut cut = cut_in_pieces(buffer, "a\r\nb\rc\n\n\r\rd", [] { return 100; });
  EXPECT_THAT(cut.lines, ElementsAre("a", "b", "c", "", "", ""));
  EXPECT_THAT(cut.ends, ElementsAre(3, 5, 7, 8, 9, 10));
  EXPECT_EQ(buffer.pending(), 1U);
}

TEST(LineBufferTest, GivesTheSameLinesHoweverTheBytesCome) {
  std::mt19937 random(20260726);
  const auto up_to = [&random](unsigned most) {
    return std::uniform_int_distribution<unsigned>(0, most)(random);
  };
  for (int round = 0; round < 600; ++round) {
    // From texts full of line ends to lines longer than the first buffer.
    const unsigned rarity = 1U << up_to(12);
    std::string text(up_to(6000), ' ');
    for (char& c : text) {
      const unsigned kind = up_to(rarity);
      c = kind == 0 ? "\r\n"[up_to(1)] : static_cast<char>(up_to(255));
    }
    const unsigned largest = 1U << up_to(12);
    LineBuffer buffer(1 << 20);
    const Cut cut = cut_in_pieces(buffer, text, [&] { return 1 + up_to(largest); });
    const Cut expected = cut_naively(text);
    ASSERT_EQ(cut.lines, expected.lines) << "round " << round;
    ASSERT_EQ(cut.ends, expected.ends) << "round " << round;
    ASSERT_EQ(buffer.pending(), text.size() - (expected.ends.empty() ? 0 : expected.ends.back()));
  }
}

TEST(LineBufferTest, TakesTheLongestLineButNoByteMore) {
  for (const std::string end : {"\n", "\r\n"}) {
    LineBuffer buffer(5000);
    EXPECT_EQ(cut_in_pieces(buffer, std::string(5000, 'x') + end, [] { return 300; }).lines.size(),
              1U);
  }
  LineBuffer buffer(5000);
  EXPECT_TRUE(
      cut_in_pieces(buffer, std::string(6000, 'x') + "\n", [] { return 300; }).lines.empty());
  EXPECT_TRUE(buffer.space().empty());
}

TEST(LineBufferTest, HoldsNoMoreThanTheLongestLineOfALineOf200Megabytes) {
  constexpr std::size_t longest = 64 << 20;
  LineBuffer buffer(longest);
  std::size_t taken = 0;
  while (taken < 200'000'000) {
    const std::span<char> space = buffer.space();
    if (space.empty()) break;
    std::memset(space.data(), 'x', space.size());
    buffer.filled(space.size());
    taken += space.size();
    ASSERT_FALSE(buffer.next());
    ASSERT_LE(buffer.capacity(), longest + 2);
  }
  EXPECT_LE(taken, longest + 2);
}

TEST(LineBufferTest, GrowsWhileReadsFillItAndGivesMemoryBack) {
  LineBuffer buffer(64 << 20);
  EXPECT_EQ(buffer.capacity(), LineBuffer::first_capacity);
  std::string text;
  for (int i = 0; i < 20'000; ++i)
    text += "a line of some length, number " + std::to_string(i) + "\n";
  cut_in_pieces(buffer, text, [] { return 1 << 30; });
  EXPECT_EQ(buffer.capacity(), LineBuffer::usual_capacity);
  cut_in_pieces(buffer, std::string(3 << 20, 'x') + "\n", [] { return 1 << 30; });
  EXPECT_GT(buffer.capacity(), LineBuffer::usual_capacity);
  cut_in_pieces(buffer, "short\n", [] { return 100; });
  EXPECT_EQ(buffer.capacity(), LineBuffer::usual_capacity);
  buffer.relax();
  EXPECT_EQ(buffer.capacity(), LineBuffer::first_capacity);
  EXPECT_THAT(cut_in_pieces(buffer, "still\nworks\n", [] { return 1; }).lines,
              ElementsAre("still", "works"));
}

}  // namespace
}  // namespace millrace::file

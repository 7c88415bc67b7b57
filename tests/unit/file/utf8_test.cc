#include "file/utf8.h"

#include <gtest/gtest.h>

namespace millrace::file {
namespace {

std::string repaired(std::string_view bytes) {
  std::string out;
  append_repaired_utf8(bytes, out);
  return out;
}

TEST(Utf8Test, TakesWhatIsWellFormed) {
  for (const std::string_view good :
       {"", "a", "é", "€", "😀", "\xF4\x8F\xBF\xBF", "\xED\x9F\xBF", "\xEE\x80\x80", "\xE0\xA0\x80",
        "thirty-two and more letters before the one that is not ASCII: ü, and some more after "
        "it"}) {
    EXPECT_TRUE(is_valid_utf8(good)) << good;
    EXPECT_EQ(repaired(good), good);
  }
}

TEST(Utf8Test, SeesABadByteAtEveryPlace) {
  for (std::size_t size = 1; size < 70; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      std::string text(size, 'x');
      text[at] = '\xFF';
      EXPECT_FALSE(is_valid_utf8(text)) << size << " " << at;
      EXPECT_EQ(repaired(text), std::string(at, 'x') + "\uFFFD" + std::string(size - at - 1, 'x'));
    }
  }
}

struct Broken {
  std::string_view bytes;
  std::string_view text;
};
class Utf8BrokenTest : public testing::TestWithParam<Broken> {};

TEST_P(Utf8BrokenTest, IsReplacedAsJavaDoes) {
  EXPECT_FALSE(is_valid_utf8(GetParam().bytes));
  EXPECT_EQ(repaired(GetParam().bytes), GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(
    All, Utf8BrokenTest,
    testing::Values(Broken{"caf\xE9 au lait", "caf\uFFFD au lait"},  // Latin-1
                    Broken{"\x80\x80", "\uFFFD\uFFFD"},              // nothing to continue
                    Broken{"\xC0\xAF", "\uFFFD\uFFFD"},              // longer than needed
                    Broken{"\xC3", "\uFFFD"},                        // breaks off
                    Broken{"\xE2\x82", "\uFFFD"},                    // one for both bytes
                    Broken{"\xE2\x82"
                           "A",
                           "\uFFFD"
                           "A"},
                    Broken{"\xE0\x9F\xBF", "\uFFFD\uFFFD\uFFFD"},
                    Broken{"\xED\xA0\x80", "\uFFFD"},  // a surrogate counts once
                    Broken{"\xF0\x9F\x98", "\uFFFD"},
                    Broken{"\xF0\x8F\xBF\xBF", "\uFFFD\uFFFD\uFFFD\uFFFD"},
                    Broken{"\xF4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"},  // above U+10FFFF
                    Broken{"\xF5\xFE\xFF", "\uFFFD\uFFFD\uFFFD"}));

}  // namespace
}  // namespace millrace::file

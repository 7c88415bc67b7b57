#include "config/version_range.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::config {
namespace {

TEST(VersionRange, MavensOrder) {
  const char* rising[] = {"0.9",     "1-alpha",    "1-alpha-2", "1-beta", "1-m3",   "1-rc",
                          "1-rc2",   "1-SNAPSHOT", "1",         "1-sp",   "1-zeta", "1.0.1",
                          "1.1-rc1", "1.1",        "1.2",       "1.10",   "2",      "10"};
  for (std::size_t i = 0; i < std::size(rising); ++i) {
    for (std::size_t k = 0; k < std::size(rising); ++k) {
      EXPECT_EQ(std::is_lt(compare_versions(rising[i], rising[k])), i < k)
          << rising[i] << " " << rising[k];
      EXPECT_EQ(std::is_eq(compare_versions(rising[i], rising[k])), i == k)
          << rising[i] << " " << rising[k];
    }
  }
}

TEST(VersionRange, WhatIsTheSame) {
  EXPECT_TRUE(std::is_eq(compare_versions("1", "1.0.0")));
  EXPECT_TRUE(std::is_eq(compare_versions("1.0-final", "1-ga")));
  EXPECT_TRUE(std::is_eq(compare_versions("1.0.RC1", "1.0-cr1")));
  EXPECT_TRUE(std::is_eq(compare_versions("1.007", "1.7")));
}

TEST(VersionRange, Contains) {
  struct Case {
    const char* range;
    const char* version;
    bool inside;
  };
  const Case cases[] = {{"latest", "anything", true},
                        {"4.3.0", "4.3.0", true},
                        {"4.3.0", "4.3.1", false},
                        {"4.3", "4.3.0", true},
                        {"", "4.3.0", false},
                        {"[4.0,5.0)", "4.3.0", true},
                        {"[4.0,4.3.0)", "4.3.0", false},
                        {"[4.0,4.3.0]", "4.3.0", true},
                        {"(4.3.0,)", "4.3.0", false},
                        {"(,4.3.0]", "4.3.0", true},
                        {"[4.3.0]", "4.3.0", true},
                        {"[1.0],[4.0,)", "4.3.0", true},
                        {"[1.0],[2.0,3.0)", "4.3.0", false},
                        {"(,)", "4.3.0", true}};
  for (const Case& one : cases) {
    const Result<VersionRange> range = VersionRange::parse(one.range);
    ASSERT_TRUE(range) << one.range;
    EXPECT_EQ(range->contains(one.version), one.inside) << one.range << " " << one.version;
  }
}

TEST(VersionRange, ABareVersionIsShownAsARange) {
  EXPECT_EQ(VersionRange::parse("1.0")->to_string(), "[1.0,1.0]");
  EXPECT_EQ(VersionRange::parse("[4.0,5.0)")->to_string(), "[4.0,5.0)");
}

TEST(VersionRange, WhatIsNone) {
  EXPECT_EQ(VersionRange::parse("[1.0").error().message(), "Unbounded range: [1.0");
  EXPECT_EQ(VersionRange::parse("[1.0,[2.0]").error().message(), "Unbounded range: [1.0,[2.0]");
  EXPECT_EQ(VersionRange::parse("[1.0]x").error().message(), "Unbounded range: [1.0]x");
  EXPECT_EQ(VersionRange::parse("[2.0,1.0]").error().message(),
            "Range defies version ordering: [2.0,1.0]");
  EXPECT_EQ(VersionRange::parse("(1.0)").error().message(),
            "Single version must be surrounded by []: (1.0)");
}

}  // namespace
}  // namespace millrace::config

#include "transform_fixture.h"

namespace millrace {
namespace {

TEST(BundledTransforms, AreThoseOfApacheKafkaAndSayItsVersion) {
  std::vector<std::string> transformations;
  std::vector<std::string> predicates;
  for (const plugin::Listed& one : bundled().list()) {
    EXPECT_EQ(one.version, "4.3.0");
    const std::string name = one.class_name.substr(transforms_package.size());
    if (one.kind == plugin::Kind::transformation) transformations.push_back(name);
    if (one.kind == plugin::Kind::predicate) predicates.push_back(name);
  }
  EXPECT_THAT(
      transformations,
      testing::ElementsAre(
          "Cast$Key", "Cast$Value", "DropHeaders", "ExtractField$Key", "ExtractField$Value",
          "Filter", "Flatten$Key", "Flatten$Value", "HeaderFrom$Key", "HeaderFrom$Value",
          "HoistField$Key", "HoistField$Value", "InsertField$Key", "InsertField$Value",
          "InsertHeader", "MaskField$Key", "MaskField$Value", "RegexRouter", "ReplaceField$Key",
          "ReplaceField$Value", "SetSchemaMetadata$Key", "SetSchemaMetadata$Value",
          "TimestampConverter$Key", "TimestampConverter$Value", "TimestampRouter", "ValueToKey"));
  EXPECT_THAT(predicates,
              testing::ElementsAre("predicates.HasHeaderKey", "predicates.RecordIsTombstone",
                                   "predicates.TopicNameMatches"));
}

TEST(BundledTransforms, OnlyThoseWithoutADollarSignHaveAShortName) {
  EXPECT_NE(bundled().find_transformation("RegexRouter"), nullptr);
  EXPECT_NE(bundled().find_predicate("RecordIsTombstone"), nullptr);
  EXPECT_EQ(bundled().find_transformation("Key"), nullptr);
  EXPECT_EQ(bundled().find_transformation("HoistField"), nullptr);
}

}  // namespace
}  // namespace millrace

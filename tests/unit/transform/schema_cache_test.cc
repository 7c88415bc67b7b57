#include "transform/schema_cache.h"

#include "transform_fixture.h"
#include "unit/convert/allocation_counter.h"

namespace millrace {
namespace {

using transform::SchemaCache;

SchemaPtr struct_with(const std::string& field) {
  return SchemaBuilder::structure().field(field, schemas::string()).build_checked();
}

/// Asks for the entry of a schema, and counts how often it is worked out.
struct Counting {
  SchemaCache<std::string> cache;
  int made = 0;

  std::string get(const SchemaPtr& schema) {
    const auto entry = cache.get(schema, [&]() -> Result<std::string> {
      ++made;
      return schema->raw_fields().front().name;
    });
    return entry ? **entry : entry.error().message();
  }
};

TEST(SchemaCache, WorksAnEntryOutOnce) {
  Counting counting;
  const SchemaPtr a = struct_with("a");
  const SchemaPtr b = struct_with("b");
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(counting.get(a), "a");
    EXPECT_EQ(counting.get(b), "b");
  }
  EXPECT_EQ(counting.made, 2);
}

TEST(SchemaCache, TakesAnEqualSchemaForTheSame) {
  Counting counting;
  for (int i = 0; i < 5; ++i) EXPECT_EQ(counting.get(struct_with("a")), "a");
  EXPECT_EQ(counting.made, 1);
}

TEST(SchemaCache, KeepsTheSixteenThatWereUsedLast) {
  Counting counting;
  std::vector<SchemaPtr> schemas;
  for (int i = 0; i < 17; ++i) schemas.push_back(struct_with("f" + std::to_string(i)));
  for (int i = 0; i < 16; ++i) counting.get(schemas[i]);
  counting.get(schemas[0]);
  counting.get(schemas[16]);  // in the place of the one that was used longest ago
  EXPECT_EQ(counting.cache.size(), 16U);
  EXPECT_EQ(counting.made, 17);
  counting.get(schemas[0]);
  EXPECT_EQ(counting.made, 17);
  counting.get(schemas[1]);
  EXPECT_EQ(counting.made, 18);
  for (int i = 0; i < 1000; ++i) counting.get(struct_with("g" + std::to_string(i)));
  EXPECT_EQ(counting.cache.size(), 16U);
}

TEST(SchemaCache, KeepsNoFailure) {
  SchemaCache<int> cache;
  const SchemaPtr schema = struct_with("a");
  EXPECT_FALSE(cache.get(schema, [] { return Result<int>(Error{ErrorCode::bad_record, "no"}); }));
  EXPECT_EQ(cache.size(), 0U);
  const auto entry = cache.get(schema, [] { return Result<int>(7); });
  ASSERT_TRUE(entry);
  EXPECT_EQ(**entry, 7);
}

/// The chain that bench/run measures.
Result<transform::Chain> four_stages() {
  return chain_of({{"transforms", "hoist,insert,replace,route"},
                   {"transforms.hoist.type", transforms_package + "HoistField$Value"},
                   {"transforms.hoist.field", "line"},
                   {"transforms.insert.type", transforms_package + "InsertField$Value"},
                   {"transforms.insert.topic.field", "topic"},
                   {"transforms.insert.static.field", "site"},
                   {"transforms.insert.static.value", "here"},
                   {"transforms.replace.type", transforms_package + "ReplaceField$Value"},
                   {"transforms.replace.renames", "line:text"},
                   {"transforms.route.type", transforms_package + "RegexRouter"},
                   {"transforms.route.regex", "(.*)"},
                   {"transforms.route.replacement", "routed-$1"}});
}

TEST(ChainSchemas, EveryRecordOfOneSchemaGetsTheSameNewOne) {
  auto chain = four_stages();
  ASSERT_TRUE(chain) << chain.error().trace();
  const Schema* first = nullptr;
  for (int i = 0; i < 1000; ++i) {
    const auto out =
        chain->apply(record_of("lines", Text("line " + std::to_string(i)), schemas::string()));
    ASSERT_TRUE(out) << out.error().trace();
    if (first == nullptr) first = (**out).value_schema.get();
    ASSERT_EQ((**out).value_schema.get(), first);
  }
  ASSERT_EQ(first->raw_fields().size(), 3U);
  EXPECT_EQ(first->raw_fields()[0].name, "text");
}

// Three structs of two pieces each; a schema would take dozens.
TEST(ChainSchemas, ARecordCostsNoSchema) {
  auto chain = four_stages();
  ASSERT_TRUE(chain) << chain.error().trace();
  const Record record = record_of("lines", Text("a line"), schemas::string());
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(chain->apply(record));
  const std::size_t before = allocations();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(chain->apply(record));
  EXPECT_LE(allocations() - before, 600U);
}

}  // namespace
}  // namespace millrace

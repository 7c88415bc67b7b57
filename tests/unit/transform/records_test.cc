// What the recorded answers of Java (tests/golden) do not hold.
#include "transform_fixture.h"

namespace millrace {
namespace {

using testing::HasSubstr;

SchemaPtr one_field(const std::string& name, const SchemaPtr& schema) {
  return SchemaBuilder::structure().field(name, schema).build_checked();
}

std::string error_of(const std::string& name, const ConfigMap& settings, const Record& record) {
  const auto out = transformation(name, settings)->apply(record);
  return out ? "none" : out.error().message();
}

// Fields are looked up in the record's schema: a struct of another one must not be read by it.
TEST(Transforms, AStructThatIsNotOfTheRecordsSchemaIsRefused) {
  const SchemaPtr two = SchemaBuilder::structure()
                            .field("a", schemas::string())
                            .field("b", schemas::string())
                            .build_checked();
  const SchemaPtr one = one_field("a", schemas::string());
  Record record = record_of("t", struct_of(one, {{"a", "x"}}), two);
  record.key_schema = record.value_schema;
  record.key = record.value;
  const std::vector<std::pair<std::string, ConfigMap>> all = {
      {"Cast$Key", {{"spec", "b:string"}}},
      {"ExtractField$Value", {{"field", "b"}}},
      {"Flatten$Value", {}},
      {"HeaderFrom$Value", {{"fields", "b"}, {"headers", "h"}, {"operation", "move"}}},
      {"InsertField$Key", {{"topic.field", "c"}}},
      {"MaskField$Value", {{"fields", "b"}}},
      {"ReplaceField$Value", {{"exclude", "a"}}},
      {"SetSchemaMetadata$Value", {{"schema.name", "n"}}},
      {"TimestampConverter$Value", {{"field", "b"}, {"target.type", "unix"}}},
      {"ValueToKey", {{"fields", "b"}}}};
  for (const auto& [name, settings] : all) {
    EXPECT_EQ(error_of(name, settings, record), "Struct schemas do not match.") << name;
  }
}

TEST(Transforms, AnEqualSchemaIsAsGoodAsTheSame) {
  const auto extract =
      transformation("ExtractField$Value", {{"field", "a.b"}, {"field.syntax.version", "V2"}});
  for (int i = 0; i < 40;
       ++i) {  // every record with a schema of its own, gone when it is done with
    const SchemaPtr inner = one_field("b", schemas::string());
    const SchemaPtr outer = one_field("a", inner);
    const std::string text = "text " + std::to_string(i);
    const auto out = extract->apply(
        record_of("t", struct_of(outer, {{"a", struct_of(inner, {{"b", text}})}}), outer));
    ASSERT_TRUE(out) << out.error().trace();
    EXPECT_EQ((**out).value, Value(text));
  }
}

TEST(Transforms, BorrowedTextsStayBorrowed) {
  const std::string message = "a line";
  const auto hoist = transformation("HoistField$Value", {{"field", "f"}});
  const auto out = hoist->apply(record_of("t", Text::borrow(message), schemas::string()));
  ASSERT_TRUE(out);
  EXPECT_EQ((**out).value.get_if<Struct>()->raw(0).view().data(), message.data());
}

TEST(Flatten, RefusesKeysThatAreNoText) {
  EXPECT_THAT(error_of("Flatten$Value", {}, record_of("t", Value::Map{{std::int64_t{1}, "x"}})),
              HasSubstr("Only text keys supported for [flattening], found: java.lang.Long"));
}

TEST(Cast, AStructsDefaultIsCastAsWell) {
  const SchemaPtr bare = one_field("a", schemas::of(Type::int32));
  SchemaBuilder builder = SchemaBuilder::structure().field("a", schemas::of(Type::int32));
  builder.default_value(struct_of(bare, {{"a", std::int32_t{7}}}));
  const SchemaPtr schema = builder.build_checked();
  const auto cast = transformation("Cast$Value", {{"spec", "a:string"}});
  const auto out = cast->apply(record_of("t", struct_of(schema, {{"a", std::int32_t{5}}}), schema));
  ASSERT_TRUE(out) << out.error().trace();
  const auto* fallback = (**out).value_schema->default_value().get_if<Struct>();
  ASSERT_NE(fallback, nullptr);
  EXPECT_EQ(fallback->raw(0), Value("7"));
}

TEST(ReplaceField, TheLaterOfTwoNamesCounts) {
  const auto replace = transformation("ReplaceField$Value", {{"renames", "a:b,a:c"}});
  const auto out = replace->apply(record_of("t", Value::Map{{Text("a"), "x"}}));
  EXPECT_EQ((**out).value, Value(Value::Map{{Text("c"), "x"}}));
}

TEST(InsertHeader, TheEmptyLiteralIsAnEmptyText) {
  const auto insert = transformation("InsertHeader", {{"header", "h"}, {"value.literal", ""}});
  const auto out = insert->apply(record_of("t", nullptr));
  EXPECT_EQ((**out).headers.last("h")->value, Value(""));
  EXPECT_TRUE(equal((**out).headers.last("h")->schema, schemas::string()));
}

TEST(MaskField, ReplacementsWrapLikeJavas) {
  const auto mask = transformation("MaskField$Value", {{"fields", "a"}, {"replacement", "300"}});
  const auto out = mask->apply(record_of("t", Value::Map{{Text("a"), std::int8_t{1}}}));
  EXPECT_EQ((**out).value, Value(Value::Map{{Text("a"), std::int8_t{44}}}));
}

TEST(TimestampRouter, ATopicMayLookLikeThePlaceOfTheDate) {
  const auto router = transformation("TimestampRouter", {});
  Record record = record_of("${timestamp}", nullptr);
  record.timestamp = 1'700'000'000'123;
  EXPECT_EQ((**router->apply(record)).topic.view(), "20231114-20231114");
}

TEST(TimestampConverter, NamesWhatIsNotOfItsForm) {
  const auto error = [](const std::string& target, const SchemaPtr& schema, const Value& value) {
    return error_of("TimestampConverter$Value", {{"target.type", target}, {"format", "yyyy"}},
                    record_of("t", value, schema));
  };
  EXPECT_EQ(error("unix", schemas::string(), std::int64_t{1}),
            "Expected string timestamp to be a String, but found class java.lang.Long");
  EXPECT_EQ(error("Date", schemas::of(Type::int64), "x"),
            "Expected Unix timestamp to be a Long, but found class java.lang.String");
  EXPECT_EQ(error("Date", logical::time().build_checked(), "x"),
            "Expected Time to be a java.util.Date, but found class java.lang.String");
}

}  // namespace
}  // namespace millrace

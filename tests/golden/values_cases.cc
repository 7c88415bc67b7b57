// Runs the cases of values.jsonl: text to data and back, conversions, inference, the checks of
// schemas and structs, projection, the schema builder.
#include "golden/golden.h"

#include "data/project.h"
#include "data/values.h"
#include "millrace/struct.h"
#include "millrace/value_text.h"

#include <stdexcept>

namespace millrace::golden {

namespace {

/// As in schema_from: the words of the types are those of schemas.
Type type_from(const Json& word) { return schema_from({{"type", word}})->type(); }

std::string text_from(const Json& json) {
  return json.is_null() ? std::string() : json.get<std::string>();
}

/// The success that a case without a value of its own expects.
Outcome expect_members(const Json& result, const Json& got) {
  for (const auto& [key, value] : got.items()) {
    if (!result.contains(key) || result[key] != value) return not_an_error(result, got);
  }
  return std::nullopt;
}

Outcome run_parse(const Json& test) {
  const Json& result = test.at("result");
  // A text that is null in Java has no counterpart here: a header without value is never parsed.
  if (test.at("input").is_null()) return match_schema_and_value(result, {});
  const std::optional<SchemaAndValue> parsed = data::parse_text(test["input"].get<std::string>());
  if (!parsed) return expect_members(result, {{"absent", true}});
  if (result.contains("absent")) return match_schema_and_value(result, *parsed);
  if (Outcome outcome = match_schema_and_value(result, *parsed)) return outcome;
  return expect_members(result, {{"printed", data::print(parsed->value)}});
}

/// The schemas that Java's convertTo… methods aim at.
SchemaPtr target_of(const Json& test) {
  const std::string to = test.at("to");
  if (to == "decimal") return logical::decimal(test.at("scale")).build_checked();
  if (to == "date") return logical::date().build_checked();
  if (to == "time") return logical::time().build_checked();
  if (to == "timestamp") return logical::timestamp().build_checked();
  const Type type = type_from(to);
  if (is_primitive(type)) return schemas::optional_of(type);
  if (type == Type::array) return SchemaBuilder::array(schemas::string()).build_checked();
  if (type == Type::map) {
    return SchemaBuilder::map(schemas::string(), schemas::string()).build_checked();
  }
  return SchemaBuilder::structure().build_checked();
}

Outcome run_convert(const Json& test) {
  const SchemaPtr from = schema_from(test.at("schema"));
  const SchemaPtr to = target_of(test);
  const Result<Value> got = data::convert(*to, from, value_from(test.at("value"), from));
  if (!got) return match_error(test.at("result"), got.error());
  return match_value(test.at("result"), "value", *got, to);
}

Outcome run_infer(const Json& test) {
  const SchemaPtr got = data::infer_schema(value_from(test.at("value"), nullptr));
  const Json& want = test.at("result").at("schema");
  if (equal(got, schema_from(want))) return std::nullopt;
  return not_an_error(test["result"], {{"schema", to_json(got)}});
}

Outcome run_validate(const Json& test) {
  const SchemaPtr schema = schema_from(test.at("schema"));
  const std::string where =
      test.contains("field") ? "field: \"" + text_from(test["field"]) + "\"" : "value";
  const Result<void> valid = validate_value(schema, value_from(test.at("value"), schema), where);
  if (!valid) return match_error(test.at("result"), valid.error());
  return expect_members(test.at("result"), {{"valid", true}});
}

Result<Value> read_field(const Struct& made, const Json& test) {
  const std::string field = test.at("get");
  if (!test.contains("as")) return made.get(field);
  if (test["as"] == "raw") return made.get_without_default(field);
  return made.get_typed(field, type_from(test["as"]));
}

Outcome run_struct(const Json& test) {
  const Json& result = test.at("result");
  const SchemaPtr schema = schema_from(test.at("schema"));
  Result<Struct> made = Struct::create(schema);
  if (!made) return match_error(result, made.error());
  for (const Json& pair : test.at("put")) {
    const std::string name = pair.at(0);
    const Field* field = schema->find_field(name);
    const SchemaPtr place = field == nullptr ? nullptr : field->schema;
    const Result<void> put = made->put(name, value_from(pair.at(1), place));
    if (!put) return match_error(result, put.error());
  }
  if (test.contains("get")) {
    const Result<Value> got = read_field(*made, test);
    if (!got) return match_error(result, got.error());
    return match_value(result, "got", *got, schema->find_field(text_from(test["get"]))->schema);
  }
  const Result<void> valid = made->validate();
  if (!valid) return match_error(result, valid.error());
  return expect_members(result, {{"valid", true}, {"text", to_text(*made)}});
}

Outcome run_project(const Json& test) {
  const SchemaPtr source = schema_from(test.at("source"));
  const SchemaPtr target = schema_from(test.at("target"));
  const Result<Value> got = data::project(source, value_from(test.at("value"), source), target);
  if (!got) return match_error(test.at("result"), got.error());
  return match_value(test.at("result"), "value", *got, target);
}

SchemaBuilder first_step(const Json& step) {
  const std::string what = step.at(0);
  if (what == "type") return SchemaBuilder(type_from(step.at(1)));
  if (what == "array") return SchemaBuilder::array(schema_from(step.at(1)));
  if (what == "map") return SchemaBuilder::map(schema_from(step.at(1)), schema_from(step.at(2)));
  throw std::runtime_error("unknown first step: " + step.dump());
}

void next_step(SchemaBuilder& builder, const Json& step) {
  const std::string what = step.at(0);
  if (what == "optional") {
    builder.optional();
  } else if (what == "required") {
    builder.required();
  } else if (what == "name") {
    builder.name(step.at(1));
  } else if (what == "version") {
    builder.version(step.at(1));
  } else if (what == "doc") {
    builder.doc(step.at(1));
  } else if (what == "parameter") {
    builder.parameter(step.at(1), step.at(2));
  } else if (what == "default") {
    builder.default_value(value_from(step.at(1), nullptr));
  } else if (what == "field") {
    builder.field(text_from(step.at(1)), schema_from(step.at(2)));
  } else {
    throw std::runtime_error("unknown step: " + step.dump());
  }
}

Outcome run_build(const Json& test) {
  const Json& result = test.at("result");
  const Json& steps = test.at("steps");
  if (steps.at(0).at(0) == "type" && steps[0].at(1).is_null()) {
    // A Type is never null here, so this mistake does not compile: the case has nothing to run.
    return expect_members(result.at("error"), {{"message", "type cannot be null"}});
  }
  SchemaBuilder builder = first_step(steps[0]);
  for (std::size_t i = 1; i < steps.size(); ++i) next_step(builder, steps[i]);
  const Result<SchemaPtr> got = builder.build();
  if (!got) return match_error(result, got.error());
  if (result.contains("schema") && equal(*got, schema_from(result["schema"]))) return std::nullopt;
  return not_an_error(result, {{"schema", to_json(*got)}});
}

Outcome run_values_case(const Json& test) {
  const std::string op = test.at("op");
  if (op == "parseString") return run_parse(test);
  if (op == "convert") return run_convert(test);
  if (op == "infer") return run_infer(test);
  if (op == "validate") return run_validate(test);
  if (op == "struct") return run_struct(test);
  if (op == "project") return run_project(test);
  if (op == "build") return run_build(test);
  throw std::runtime_error("unknown op: " + op);
}

const KindRow row("values", run_values_case);

}  // namespace

}  // namespace millrace::golden

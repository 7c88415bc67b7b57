#pragma once

#include "millrace/config_map.h"
#include "millrace/error.h"
#include "millrace/schema.h"
#include "millrace/value.h"

#include <nlohmann/json.hpp>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

/// Golden vectors: one JSON object a line, what Kafka Connect 4.3.0 answered to one input.
/// The form of the files is told in README.md beside this header. Malformed vectors throw
/// std::runtime_error: the runner reports the line as failed.
namespace millrace::golden {

using Json = nlohmann::ordered_json;

/// What a case expected and what came instead, as text for a person.
struct Mismatch {
  std::string want;
  std::string got;
};
using Outcome = std::optional<Mismatch>;  ///< none: passed

/// Runs one case (a parsed line).
using CaseRunner = std::function<Outcome(const Json& golden_case)>;

/// Kind of file ("converters", "values", …) to what runs its cases. Each <kind>_cases.cc adds its
/// row before main: `const KindRow row("values", run_values_case);`
std::map<std::string, CaseRunner, std::less<>>& kinds();
struct KindRow {
  KindRow(std::string kind, CaseRunner runner) {
    kinds().emplace(std::move(kind), std::move(runner));
  }
};

// --- golden JSON to our types
/// JSON null: no schema.
SchemaPtr schema_from(const Json& json);
/// schema: what the value's place calls for (may be null); structs are made of it unless they
/// carry a schema of their own. Nothing is checked, for error cases disagree on purpose.
Value value_from(const Json& json, const SchemaPtr& schema);
Decimal decimal_from(std::string_view text);
/// {"hex": "00ff"} or null.
std::optional<std::string> bytes_from(const Json& json);
ConfigMap config_from(const Json& json);

// --- our types to golden JSON
Json to_json(const SchemaPtr& schema);
/// schema: as in value_from; a struct of another one says so.
Json to_json(const Value& value, const SchemaPtr& schema);
Json to_json(const std::optional<std::string>& bytes);
Json to_json(const Error& error);
std::string decimal_text(const Decimal& decimal);
std::string hex_text(std::string_view bytes);

// --- comparing; `result` is the case's member of that name
/// The error that came, held against result["error"] under its `match`. phase: where it came from
/// ("configure", "convert", …; empty: the file has no phases).
Outcome match_error(const Json& result, const Error& got, std::string_view phase = {});
/// schema and value held against result["schema"] and result["value"].
Outcome match_schema_and_value(const Json& result, const SchemaAndValue& got);
/// The value held against result[member]; schema is that of its place.
Outcome match_value(const Json& result, std::string_view member, const Value& got,
                    const SchemaPtr& schema);
/// An error was expected, but this came.
Outcome not_an_error(const Json& result, Json got);

}  // namespace millrace::golden

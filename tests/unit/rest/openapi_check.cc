#include "unit/rest/openapi_check.h"

#include "base/ascii.h"
#include "rest/openapi.h"
#include "rest/uri.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>
#include <vector>

namespace millrace::rest {

namespace {

using Json = nlohmann::json;

const Json& document() {
  static const Json parsed = Json::parse(openapi_document());
  return parsed;
}

const Json& resolved(const Json& one) {
  if (!one.contains("$ref")) return one;
  return document().at(Json::json_pointer(one.at("$ref").get<std::string>().substr(1)));
}

bool is_of_type(const Json& value, const std::string& type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "integer") return value.is_number_integer();
  return type == "number" && value.is_number();
}

/// The parts of JSON Schema that the document uses. Empty: the value fits.
std::string misfit(const Json& value, const Json& reference, const std::string& place) {
  const Json& schema = resolved(reference);
  if (value.is_null() && schema.value("nullable", false)) return "";
  if (schema.contains("type") && !is_of_type(value, schema["type"])) {
    return place + " is no " + schema["type"].get<std::string>() + ": " + value.dump();
  }
  if (schema.contains("enum")) {
    const Json& allowed = schema["enum"];
    if (std::find(allowed.begin(), allowed.end(), value) == allowed.end()) {
      return place + " is none of " + allowed.dump() + ": " + value.dump();
    }
  }
  for (const Json& part : schema.value("allOf", Json::array())) {
    if (std::string problem = misfit(value, part, place); !problem.empty()) return problem;
  }
  for (const char* choice : {"oneOf", "anyOf"}) {
    if (!schema.contains(choice)) continue;
    std::string all;
    bool fits = false;
    for (const Json& part : schema[choice]) {
      const std::string problem = misfit(value, part, place);
      fits = fits || problem.empty();
      all += problem + "; ";
    }
    if (!fits) return place + " fits no choice: " + all;
  }
  for (const Json& name : schema.value("required", Json::array())) {
    if (!value.contains(name)) return place + " has no " + name.dump();
  }
  if (value.is_object()) {
    const Json properties = schema.value("properties", Json::object());
    const Json others = schema.value("additionalProperties", Json(true));
    for (const auto& [name, member] : value.items()) {
      const std::string inside = place + "." + name;
      std::string problem;
      if (properties.contains(name)) {
        problem = misfit(member, properties[name], inside);
      } else if (others == Json(false)) {
        problem = inside + " is not described";
      } else if (others.is_object()) {
        problem = misfit(member, others, inside);
      }
      if (!problem.empty()) return problem;
    }
  }
  if (value.is_array() && schema.contains("items")) {
    for (const Json& element : value) {
      if (std::string problem = misfit(element, schema["items"], place + "[]"); !problem.empty()) {
        return problem;
      }
    }
  }
  return "";
}

bool fits(std::string_view pattern, const std::vector<std::string>& segments) {
  const Result<std::vector<std::string>> parts = path_segments(pattern);
  if (!parts || parts->size() != segments.size()) return false;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (!(*parts)[i].starts_with('{') && (*parts)[i] != segments[i]) return false;
  }
  return true;
}

/// The description of the call, or null.
const Json* operation_of(const std::string& method, const std::string& target) {
  const Result<std::vector<std::string>> segments =
      path_segments(target.substr(0, target.find_first_of("?#")));
  if (!segments) return nullptr;
  for (const auto& [pattern, item] : document().at("paths").items()) {
    if (!fits(pattern, *segments)) continue;
    const auto it = item.find(ascii::lower(method));
    return it == item.end() ? nullptr : &*it;
  }
  return nullptr;
}

}  // namespace

std::string problem_by_document(const std::string& method, const std::string& target,
                                const Reply& reply) {
  const Json* operation = operation_of(method, target);
  if (operation == nullptr || reply.status == 0) return "";
  const std::string where = method + " " + target + " " + std::to_string(reply.status) + ": ";
  const Json& responses = operation->at("responses");
  const std::string status = std::to_string(reply.status);
  // What the request itself can be guilty of, before anybody knows which one it is.
  static const std::set<int> unreadable = {400, 408, 413, 414, 417, 426, 431, 505};
  if (!responses.contains(status) && !unreadable.contains(reply.status)) {
    return where + "this status is not described";
  }
  const Json& response =
      resolved(responses.at(responses.contains(status) ? status : std::string("default")));
  if (!response.contains("content")) {
    return reply.body.empty() ? "" : where + "there should be no body";
  }
  const Json& schema = response.at("content").at("application/json").at("schema");
  if (schema.empty()) return "";
  const Json body = Json::parse(reply.body, nullptr, false);
  if (body.is_discarded()) return where + "the body is no JSON: " + reply.body;
  const std::string problem = misfit(body, schema, "the body");
  return problem.empty() ? "" : where + problem;
}

}  // namespace millrace::rest

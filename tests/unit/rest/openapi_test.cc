// The description of the API is held against the route table here, and against every answer that a
// test of this program gets in ServerTest::call.
#include "rest/openapi.h"

#include "base/ascii.h"
#include "rest/route.h"
#include "unit/rest/openapi_check.h"
#include "unit/rest/server_fixture.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <regex>
#include <set>
#include <sstream>

namespace millrace::rest {
namespace {

using Json = nlohmann::json;
using Names = std::set<std::string>;

const Json& document() {
  static const Json parsed = Json::parse(openapi_document());
  return parsed;
}

const Json& resolved(const Json& one) {
  if (!one.contains("$ref")) return one;
  return document().at(Json::json_pointer(one.at("$ref").get<std::string>().substr(1)));
}

/// "GET /connectors/{name}"
Names calls_of_document() {
  Names calls;
  for (const auto& [path, item] : document().at("paths").items()) {
    for (const auto& [method, operation] : item.items()) {
      calls.insert(ascii::upper(method) + " " + path);
    }
  }
  return calls;
}

Names calls_of_table() {
  Names calls;
  for (const Route& route : routes()) {
    calls.insert(std::string(route.method) + " " + std::string(route.pattern));
  }
  return calls;
}

/// Names of the parameters that stand in a place ("path", "query") of an operation.
Names parameters(const Json& operation, const std::string& place) {
  Names names;
  for (const Json& one : operation.value("parameters", Json::array())) {
    if (resolved(one).at("in") == place) names.insert(resolved(one).at("name"));
  }
  return names;
}

std::string sources() {
  std::ostringstream text;
  for (const auto& entry : std::filesystem::directory_iterator(MILLRACE_SOURCE_DIR "/src/rest")) {
    if (entry.path().extension() == ".cc") text << std::ifstream(entry.path()).rdbuf();
  }
  return text.str();
}

TEST(OpenapiTest, DescribesEveryRouteAndNothingElse) {
  EXPECT_EQ(calls_of_document(), calls_of_table())
      << "src/rest/openapi.json describes each row of src/rest/routes.cc";
}

TEST(OpenapiTest, ParametersOfPathsAreThoseOfTheTable) {
  static const std::regex parameter(R"(\{(\w+)\})");
  for (const auto& [path, item] : document().at("paths").items()) {
    Names expected;
    for (std::sregex_iterator it(path.begin(), path.end(), parameter), end; it != end; ++it) {
      expected.insert((*it)[1]);
    }
    for (const auto& [method, operation] : item.items()) {
      EXPECT_EQ(parameters(operation, "path"), expected) << method << " " << path;
    }
  }
}

TEST(OpenapiTest, ParametersOfQueriesAreThoseThatHandlersRead) {
  Names described;
  for (const auto& [path, item] : document().at("paths").items()) {
    for (const auto& [method, operation] : item.items()) {
      described.merge(parameters(operation, "query"));
    }
  }
  const std::string text = sources();
  for (const std::string& name : described) {
    EXPECT_NE(text.find('"' + name + '"'), std::string::npos) << name << " is read nowhere";
  }
  static const std::regex read(R"_((?:flag|query_value|in_query)\(\s*"(\w+)")_");
  for (std::sregex_iterator it(text.begin(), text.end(), read), end; it != end; ++it) {
    EXPECT_TRUE(described.contains((*it)[1])) << (*it)[1] << " is not described";
  }
}

TEST(OpenapiTest, ReferencesLeadSomewhereAndIdsAreUnique) {
  Names ids;
  const std::function<void(const Json&)> walk = [&](const Json& value) {
    if (value.is_object() && value.contains("$ref")) {
      EXPECT_NO_THROW((void)resolved(value)) << value;
    }
    if (value.is_object() && value.contains("operationId")) {
      EXPECT_TRUE(ids.insert(value.at("operationId")).second) << value.at("operationId");
    }
    if (value.is_structured()) {
      for (const auto& member : value.items()) walk(member.value());
    }
  };
  walk(document());
  EXPECT_EQ(ids.size(), calls_of_document().size());
}

TEST_F(ServerTest, TheDescriptionIsServed) {
  const Reply reply = call("GET", "/openapi.json");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.header("Content-Type"), "application/json");
  EXPECT_EQ(reply.body, openapi_document());
}

/// Answers of every kind to every call; ServerTest::call holds each against the description.
TEST_F(ServerTest, WhateverTheHerderSaysIsDescribed) {
  const std::optional<Error> outcomes[] = {
      std::nullopt, Error(ErrorCode::not_found, "x"), Error(ErrorCode::conflict, "x"),
      Error(ErrorCode::invalid_config, "x"), Error(ErrorCode::fatal, "x")};
  for (const std::optional<Error>& outcome : outcomes) {
    herder.change_error = outcome;
    for (const Route& route : routes()) {
      std::string target(route.pattern);
      for (const auto& [parameter, value] :
           {std::pair("{task}", "0"), std::pair("{name}", "a"), std::pair("{plugin}", "P"),
            std::pair("{logger}", "root")}) {
        const std::size_t at = target.find(parameter);
        if (at != std::string::npos) target.replace(at, std::string(parameter).size(), value);
      }
      const std::string method(route.method);
      const bool has_body = method == "POST" || method == "PUT" || method == "PATCH";
      for (const char* body :
           {R"({"name":"a","config":{}})", R"({"level":"INFO"})", "{}", "[]", ""}) {
        if (!has_body && *body != '\0') continue;
        EXPECT_NE(call(method, target, body).status, 0) << method << " " << target << " " << body;
      }
      EXPECT_EQ(call(method, target, "", "Accept: text/html\r\n").status, 406);
    }
  }
}

}  // namespace
}  // namespace millrace::rest

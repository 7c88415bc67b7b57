// The rooms of docs/architecture.md: each includes only what its row lists, and nothing in a
// circle.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;

const fs::path root = MILLRACE_SOURCE_DIR;

/// Room → what it may include beside itself, in the order in which rooms stand on each other.
const std::vector<std::pair<std::string, Names>> rooms = {
    {"base", {}},
    {"api", {"base"}},
    {"security", {"base"}},
    {"data", {"base"}},
    {"config", {"base", "data"}},
    {"convert", {"base", "data", "config"}},
    {"kafka", {"base", "security"}},
    {"metrics", {"base"}},
    {"plugin", {"base", "config"}},
    {"transform", {"base", "data", "config", "plugin"}},
    {"provider", {"base", "config", "plugin"}},
    {"storage", {"base", "data", "convert", "kafka"}},
    {"group", {"base", "security", "kafka"}},
    {"peers", {"base", "config", "security"}},
    {"pipeline", {"base", "data", "config", "transform", "kafka", "metrics", "storage"}},
    {"worker",
     {"base", "data", "config", "transform", "kafka", "metrics", "plugin", "provider", "storage",
      "pipeline"}},
    {"herder",
     {"base", "config", "metrics", "plugin", "transform", "provider", "storage", "group", "peers",
      "worker"}},
    {"rest", {"base", "security", "data", "config", "metrics", "peers", "herder"}},
};

struct Include {
  fs::path file;
  std::string path;
  bool quoted = false;
};

std::vector<Include> includes_below(const fs::path& folder) {
  static const std::regex line_form(R"(^\s*#\s*include\s*([<"])([^">]+)[">])");
  std::vector<Include> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".h" && entry.path().extension() != ".cc") continue;
    std::ifstream in(entry.path());
    for (std::string line; std::getline(in, line);) {
      std::smatch match;
      if (std::regex_search(line, match, line_form)) {
        found.push_back({fs::relative(entry.path(), root), match[2], match[1] == "\""});
      }
    }
  }
  return found;
}

std::string first_part(const std::string& path) { return path.substr(0, path.find('/')); }

TEST(IncludeDirection, EveryRoomOfTheSourceTreeHasARow) {
  Names known = {"app"};
  for (const auto& [room, allowed] : rooms) known.insert(room);
  for (const auto& entry : fs::directory_iterator(root / "src")) {
    if (!entry.is_directory()) continue;
    EXPECT_TRUE(known.contains(entry.path().filename())) << entry.path();
  }
}

TEST(IncludeDirection, ARowListsOnlyRoomsAboveIt) {
  Names above;
  for (const auto& [room, allowed] : rooms) {
    for (const std::string& one : allowed)
      EXPECT_TRUE(above.contains(one)) << room << " lists " << one;
    above.insert(room);
  }
}

TEST(IncludeDirection, RoomsIncludeWhatTheirRowLists) {
  for (const auto& [room, allowed] : rooms) {
    if (!fs::exists(root / "src" / room)) continue;
    for (const Include& include : includes_below(root / "src" / room)) {
      if (!include.quoted) continue;
      const std::string other = first_part(include.path);
      EXPECT_TRUE(other == "millrace" || other == room || allowed.contains(other))
          << include.file << " includes " << include.path;
    }
  }
}

TEST(IncludeDirection, ThePluginApiNeedsNothingButTheStandardLibrary) {
  for (const Include& include : includes_below(root / "include")) {
    const bool standard = !include.quoted && (include.path.find('/') == std::string::npos ||
                                              include.path == "tl/expected.hpp");
    EXPECT_TRUE(standard || include.path.starts_with("millrace/"))
        << include.file << " includes " << include.path;
  }
}

/// Rooms that a built-in connector brings along, as others bring their libraries (ADR 13).
const std::map<std::string, Names> brought_along = {{"http", {"security"}}};

TEST(IncludeDirection, ConnectorsArePluginsLikeAnyoneElses) {
  for (const auto& entry : fs::directory_iterator(root / "connectors")) {
    if (!entry.is_directory()) continue;
    for (const Include& include : includes_below(entry.path())) {
      const std::string other = first_part(include.path);
      const auto more = brought_along.find(entry.path().filename());
      const bool brought = more != brought_along.end() && more->second.contains(other);
      EXPECT_TRUE(!include.quoted || other == "millrace" || other == entry.path().filename() ||
                  brought)
          << include.file << " includes " << include.path;
    }
  }
}

TEST(IncludeDirection, OnlyTheKafkaRoomKnowsTheKafkaClient) {
  for (const Include& include : includes_below(root / "src")) {
    if (include.path.find("rdkafka") == std::string::npos) continue;
    EXPECT_TRUE(include.file.string().starts_with("src/kafka/")) << include.file;
  }
}

TEST(IncludeDirection, HeadersLeaveHeavyLibrariesToTheirSources) {
  static const std::regex heavy(
      R"(^(boost/(beast|asio)|nlohmann|CLI/|spdlog|simdjson|librdkafka|unicode))");
  // The rooms of REST and group hide Beast and Asio behind these; only their own sources include
  // them.
  const Names exceptions = {"src/group/connection.h", "src/group/loop.h",
                            "src/group/stream.h",     "src/rest/acceptor.h",
                            "src/rest/connection.h",  "src/rest/stream.h",
                            "src/rest/tcp_stream.h",  "src/rest/request_parser.h"};
  for (const Include& include : includes_below(root / "src")) {
    if (include.file.extension() != ".h" || exceptions.contains(include.file)) continue;
    EXPECT_FALSE(std::regex_search(include.path, heavy))
        << include.file << " includes " << include.path;
  }
}

TEST(IncludeDirection, TheBuildSaysTheSame) {
  static const std::regex call(R"(millrace_room\(NAME (\w+) DEPS ([^)]*)\))");
  for (const auto& [room, allowed] : rooms) {
    const fs::path file = root / "src" / room / "CMakeLists.txt";
    if (!fs::exists(file)) continue;
    std::ifstream in(file);
    const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    std::smatch match;
    ASSERT_TRUE(std::regex_search(text, match, call)) << file;
    EXPECT_EQ(match[1], room);
    std::string deps = match[2];
    deps = deps.substr(0, deps.find("LIBS"));
    std::istringstream words(deps);
    for (std::string word; words >> word;) {
      EXPECT_TRUE(word == "api" || allowed.contains(word)) << file << " links " << word;
    }
  }
}

}  // namespace

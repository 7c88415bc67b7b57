// docs/transforms.md: its tables hold against the code, its examples are run.
#include "transform_fixture.h"

#include "config/properties.h"
#include "convert/register.h"

#include <nlohmann/json.hpp>

#include <fstream>
#include <set>
#include <sstream>

namespace millrace {
namespace {

using Json = nlohmann::json;

struct Block {
  int line = 0;
  std::string kind;  ///< what stands behind the opening fence: "json in"
  std::string text;
};

/// The page: its fenced blocks, and the rows of the table below each heading.
struct Page {
  Page() {
    std::ifstream in(MILLRACE_SOURCE_DIR "/docs/transforms.md");
    EXPECT_TRUE(in);
    std::string heading;
    Block* open = nullptr;
    int number = 0;
    for (std::string line; std::getline(in, line);) {
      ++number;
      if (line.starts_with("```")) {
        open = open != nullptr ? nullptr : &blocks.emplace_back(Block{number, line.substr(3), ""});
      } else if (open != nullptr) {
        open->text += line + "\n";
      } else if (line.starts_with("### ")) {
        heading = line.substr(4);
        sections[heading];
      } else if (line.starts_with("| `") && !heading.empty()) {
        std::istringstream cells(line);
        std::string cell;
        std::vector<std::string> row;
        while (std::getline(cells, cell, '|')) row.push_back(cell);
        sections[heading].emplace_back(bare(row.at(1)), bare(row.at(2)));
      }
    }
  }

  static std::string bare(std::string cell) {
    std::erase_if(cell, [](char c) { return c == ' ' || c == '`'; });
    return cell;
  }

  std::vector<Block> blocks;
  std::map<std::string, std::vector<std::pair<std::string, std::string>>> sections;
};

const Page& page() {
  static const Page read;
  return read;
}

/// Turns JSON of the page into values and back: {"schema", "payload"} or bare JSON.
class Values {
 public:
  Values() {
    plugin::Registry plugins;
    convert::register_converters(plugins);
    const auto* plugin = plugins.find_converter("JsonConverter");
    for (const bool schemas : {false, true}) {
      const auto config = plugin->config.parse(
          {{"converter.type", "value"}, {"schemas.enable", schemas ? "true" : "false"}});
      converters_[schemas ? 1 : 0] = plugin->make();
      EXPECT_TRUE(config && converters_[schemas ? 1 : 0]->configure(*config, false));
    }
  }

  SchemaAndValue read(const Json& json) {
    const bool with_schema =
        json.is_object() && json.size() == 2 && json.contains("schema") && json.contains("payload");
    const std::string bytes = json.dump();
    const auto read = converters_[with_schema ? 1 : 0]->to_connect("t", {}, bytes);
    EXPECT_TRUE(read) << bytes;
    if (!read) return {};
    return {read->schema, read->value.retained()};
  }
  Json written(const SchemaPtr& schema, const Value& value) {
    const auto bytes =
        converters_[schema != nullptr ? 1 : 0]->from_connect("t", headers_, schema, value);
    EXPECT_TRUE(bytes) << (bytes ? "" : bytes.error().trace());
    return bytes && *bytes ? Json::parse(**bytes) : Json();
  }

 private:
  std::unique_ptr<Converter> converters_[2];
  std::vector<RawHeader> headers_;
};

Record read_record(const Json& json, Values& values) {
  Record record;
  record.topic = Text(json.at("topic").get<std::string>());
  if (json.contains("partition")) record.partition = json["partition"].get<std::int32_t>();
  if (json.contains("offset")) record.sink_offset = json["offset"].get<std::int64_t>();
  if (json.contains("timestamp")) record.timestamp = json["timestamp"].get<std::int64_t>();
  const SchemaAndValue key = values.read(json.value("key", Json()));
  const SchemaAndValue value = values.read(json.value("value", Json()));
  record.key_schema = key.schema;
  record.key = key.value;
  record.value_schema = value.schema;
  record.value = value.value;
  for (const Json& header : json.value("headers", Json::array())) {
    const SchemaAndValue content = values.read(header.at("value"));
    record.headers.append(
        {Text(header.at("key").get<std::string>()), content.schema, content.value});
  }
  return record;
}

/// With every member; read_record fills in those that the page leaves out.
Json write_record(const Record& record, Values& values) {
  Json headers = Json::array();
  for (const Header& header : record.headers) {
    headers.push_back(
        {{"key", header.key.str()}, {"value", values.written(header.schema, header.value)}});
  }
  Json json = {{"topic", record.topic.str()},
               {"key", values.written(record.key_schema, record.key)},
               {"value", values.written(record.value_schema, record.value)},
               {"headers", std::move(headers)}};
  if (record.partition) json["partition"] = *record.partition;
  if (record.sink_offset) json["offset"] = *record.sink_offset;
  if (record.timestamp) json["timestamp"] = *record.timestamp;
  return json;
}

TEST(TransformsPage, ItsExamplesAreTrue) {
  Values values;
  std::optional<transform::Chain> chain;
  std::optional<Json> in;
  int run = 0;
  for (const Block& block : page().blocks) {
    SCOPED_TRACE("docs/transforms.md:" + std::to_string(block.line));
    if (block.kind == "properties") {
      const auto settings = config::parse_properties(block.text, "docs/transforms.md");
      ASSERT_TRUE(settings);
      auto made = chain_of(*settings);
      ASSERT_TRUE(made) << made.error().trace();
      chain = *std::move(made);
    } else if (block.kind == "json in") {
      in = Json::parse(block.text);
    } else if (block.kind == "json out") {
      ASSERT_TRUE(chain && in);
      const auto out = chain->apply(read_record(*in, values));
      ASSERT_TRUE(out) << out.error().trace();
      const Json wanted = Json::parse(block.text);
      const Json got = *out ? write_record(**out, values) : Json();
      EXPECT_EQ(got, wanted.is_null() ? Json() : write_record(read_record(wanted, values), values));
      in.reset();
      ++run;
    } else {
      ADD_FAILURE() << "a block of an unknown kind: " << block.kind;
    }
  }
  EXPECT_GE(run, 20);
}

/// The simple name without $Key and $Value.
std::string heading_of(const std::string& class_name) {
  const std::string simple = class_name.substr(class_name.rfind('.') + 1);
  return simple.substr(0, simple.find('$'));
}

TEST(TransformsPage, ItsTablesListTheSettingsThatThereAre) {
  std::set<std::string> headings;
  const auto check = [&](const std::string& class_name, const ConfigDef& def) {
    const std::string heading = heading_of(class_name);
    headings.insert(heading);
    ASSERT_TRUE(page().sections.contains(heading)) << heading;
    std::map<std::string, std::string> wanted;
    for (const ConfigKey& key : def.keys()) {
      const std::string fallback = key.default_value.value_or("");
      wanted[key.name] = key.required ? "required" : fallback.empty() ? "none" : fallback;
    }
    std::map<std::string, std::string> got(page().sections.at(heading).begin(),
                                           page().sections.at(heading).end());
    EXPECT_EQ(got, wanted) << heading;
  };
  for (const plugin::Listed& one : bundled().list()) {
    if (one.kind == plugin::Kind::transformation) {
      check(one.class_name, bundled().find_transformation(one.class_name)->config);
    } else {
      check(one.class_name, bundled().find_predicate(one.class_name)->config);
    }
  }
  EXPECT_EQ(headings.size(), 19U);
}

}  // namespace
}  // namespace millrace

// The bundled transformations and predicates, chains of them, and the validation of their settings.
#include "config/connector_config.h"
#include "golden/record_json.h"
#include "plugin/registry.h"
#include "transform/bundled.h"
#include "transform/chain_config.h"
#include "transform/make_chain.h"

#include <stdexcept>

namespace millrace::golden {

namespace {

const plugin::Registry& registry() {
  static const plugin::Registry all = [] {
    plugin::Registry plugins;
    transform::register_transforms(plugins);
    return plugins;
  }();
  return all;
}

template <class T>
Result<std::unique_ptr<T>> configured(const SimplePlugin<T>* plugin, const Json& golden_case) {
  if (plugin == nullptr) throw std::runtime_error("no such plugin: " + golden_case["type"].dump());
  const Result<Config> config = plugin->config.parse(config_from(golden_case.at("config")));
  if (!config) return config.error();
  std::unique_ptr<T> made = plugin->make();
  MILLRACE_TRY(made->configure(*config));
  return made;
}

Outcome match_record(const Json& result, const Result<std::optional<Record>>& got) {
  if (!got) return match_error(result, got.error(), "apply");
  Json got_json = {{"record", *got ? to_json(**got) : Json(nullptr)}};
  if (!result.contains("record")) return not_an_error(result, std::move(got_json));
  const Json& want = result["record"];
  const bool same = want.is_null() ? !*got : *got && record_from(want) == **got;
  return same ? Outcome{} : not_an_error(result, std::move(got_json));
}

/// The result, which is the same for a second record (whose schemas are known by then), and the
/// record that was given, which must stay as it was.
template <class Apply>
Outcome match_applied(const Json& golden_case, Apply apply) {
  const Json& json = golden_case.at("record");
  const Record record = record_from(json);
  for (int i = 0; i < 2; ++i) {
    if (Outcome mismatch = match_record(golden_case.at("result"), apply(record))) return mismatch;
  }
  if (record == record_from(json)) return std::nullopt;
  return Mismatch{"the record that was given unchanged", to_json(record).dump()};
}

Outcome run_transform(const Json& golden_case) {
  const Json& result = golden_case.at("result");
  const auto made = configured(
      registry().find_transformation(golden_case.at("type").get<std::string>()), golden_case);
  if (!made) return match_error(result, made.error(), "configure");
  if (!golden_case.contains("record")) return not_an_error(result, "a transformation");
  return match_applied(golden_case, [&](const Record& record) { return (*made)->apply(record); });
}

Outcome run_predicate(const Json& golden_case) {
  const Json& result = golden_case.at("result");
  const auto made =
      configured(registry().find_predicate(golden_case.at("type").get<std::string>()), golden_case);
  if (!made) return match_error(result, made.error(), "configure");
  const Result<bool> got = (*made)->test(record_from(golden_case.at("record")));
  if (!got) return match_error(result, got.error(), "apply");
  if (result.contains("test") && result["test"] == *got) return std::nullopt;
  return not_an_error(result, {{"test", *got}});
}

Outcome run_chain(const Json& golden_case) {
  const Json& result = golden_case.at("result");
  const auto config =
      transform::parse_chain(config_from(golden_case.at("connectorConfig")), registry());
  if (!config) return match_error(result, config.error(), "configure");
  Result<transform::Chain> chain = transform::make_chain(*config);
  if (!chain) return match_error(result, chain.error(), "stages");
  return match_applied(golden_case, [&](const Record& record) { return chain->apply(record); });
}

Outcome run_validate(const Json& golden_case) {
  const ConfigMap properties = config_from(golden_case.at("connectorConfig"));
  config::ConnectorSurroundings surroundings;
  surroundings.classes = transform::class_lookup(registry());
  surroundings.expand = [](ConfigDef& def, const ConfigMap& given) {
    return transform::add_chain_keys(def, given, registry());
  };
  const ConfigDef own;
  const auto validation = config::validate_connector(
      {.kind = config::ConnectorKind::sink, .own = own, .properties = properties}, surroundings);
  if (!validation) return match_error(golden_case.at("result"), validation.error());
  nlohmann::json got = nlohmann::json::object();
  for (const config::CheckedKey& key : validation->entries) {
    const std::string& name = key.value.name;
    if (!name.starts_with("transforms") && !name.starts_with("predicates")) continue;
    if (!key.value.errors.empty()) got[name] = key.value.errors;
  }
  const nlohmann::json want = golden_case.at("result").at("errors");
  if (want == got) return std::nullopt;
  return not_an_error(golden_case.at("result"), {{"errors", got}});
}

Outcome run_transforms_case(const Json& golden_case) {
  const std::string op = golden_case.at("op");
  if (op == "transform") return run_transform(golden_case);
  if (op == "predicate") return run_predicate(golden_case);
  if (op == "chain") return run_chain(golden_case);
  if (op == "validate") return run_validate(golden_case);
  throw std::runtime_error("unknown op: " + op);
}

const KindRow row("transforms", run_transforms_case);

}  // namespace

}  // namespace millrace::golden

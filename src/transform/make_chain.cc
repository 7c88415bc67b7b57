#include "transform/make_chain.h"

#include "base/plugin_call.h"

#include <algorithm>
#include <utility>

namespace millrace::transform {

namespace {

/// ConnectException(cause), whose message is the cause's text.
Error wrapped(Error cause) {
  std::string message = cause.java_class() + ": " + cause.message();
  return Error(ErrorCode::fatal, std::move(message)).caused_by(std::move(cause));
}

template <class T>
Result<std::unique_ptr<T>> make(const ChosenPlugin<T>& chosen, const ConfigMap& options) {
  const Result<Config> config = chosen.plugin->config.parse(options);
  if (!config) return config.error();
  std::unique_ptr<T> made = chosen.plugin->make();
  MILLRACE_TRY(call_plugin("configure", [&] { return made->configure(*config); }));
  return made;
}

Result<Stage> make_stage(const ChosenPlugin<Transformation>& chosen, const ChainConfig& all) {
  ConfigMap options = chosen.options;
  options.erase("predicate");
  options.erase("negate");
  Result<std::unique_ptr<Transformation>> transformation = make(chosen, options);
  if (!transformation) return std::move(transformation.error());
  Stage stage{.alias = chosen.alias,
              .class_name = chosen.plugin->name,
              .transformation = *std::move(transformation)};
  const std::string* name = chosen.options.find("predicate");
  if (name == nullptr) return stage;
  const auto predicate = std::ranges::find(all.predicates, *name, &ChosenPlugin<Predicate>::alias);
  if (predicate == all.predicates.end()) {
    return wrapped(Error(ErrorCode::invalid_config,
                         "Unknown configuration 'predicates." + *name + ".plugin.version'"));
  }
  Result<std::unique_ptr<Predicate>> made = make(*predicate, predicate->options);
  if (!made) return std::move(made.error());
  stage.predicate = *std::move(made);
  const Result<Setting> negate =
      parse_setting("negate", chosen.options.get_or("negate", "false"), ConfigType::boolean);
  stage.negate = negate && std::get<bool>(*negate);
  return stage;
}

}  // namespace

Result<Chain> make_chain(const ChainConfig& config) {
  std::vector<Stage> stages;
  for (const ChosenPlugin<Transformation>& chosen : config.transformations) {
    Result<Stage> stage = make_stage(chosen, config);
    if (!stage) {
      return wrapped(std::move(stage.error()))
          .at("transformation '" + chosen.alias + "' (" + chosen.plugin->name + ")");
    }
    stages.push_back(*std::move(stage));
  }
  return Chain(std::move(stages));
}

}  // namespace millrace::transform

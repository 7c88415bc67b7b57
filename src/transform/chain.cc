#include "transform/chain.h"

#include "base/log.h"
#include "base/plugin_call.h"

#include <utility>

namespace millrace::transform {

namespace {

/// close cannot fail: what it throws is logged, and the others are closed all the same.
template <class Plugin>
void close_quietly(const Stage& stage, Plugin& plugin) {
  const Result<void> done = call_plugin("close", [&plugin]() -> Result<void> {
    plugin.close();
    return {};
  });
  static const log::Logger& logger =
      log::logger("org.apache.kafka.connect.runtime.TransformationStage");
  if (!done) logger.warn("Could not close '{}': {}", stage.alias, done.error().message());
}

Error in_stage(Error error, const Stage& stage) {
  return std::move(error).at("transformation '" + stage.alias + "' (" + stage.class_name + ")");
}

}  // namespace

Result<std::optional<Record>> Chain::apply(const Record& record) {
  const Record* input = &record;  // read in place until a stage has made another one: no copy
  std::optional<Record> current;
  for (const Stage& stage : stages_) {
    last_ = &stage;
    const Result<bool> applies = stage.applies_to(*input);
    if (!applies) return in_stage(applies.error(), stage);
    if (!*applies) continue;
    Result<std::optional<Record>> next = stage.transformation->apply(*input);
    if (!next) return in_stage(std::move(next.error()), stage);
    if (!*next) return std::optional<Record>();
    current = *std::move(next);
    input = &*current;
  }
  if (!current) current = record;
  return current;
}

void Chain::close() {
  for (const Stage& stage : stages_) {
    close_quietly(stage, *stage.transformation);
    if (stage.predicate != nullptr) close_quietly(stage, *stage.predicate);
  }
}

}  // namespace millrace::transform

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

}  // namespace

Result<std::optional<Record>> Stage::apply(const Record& record, bool& applied) const {
  applied = true;
  if (predicate != nullptr) {
    const Result<bool> holds = predicate->test(record);
    if (!holds) return holds.error();
    applied = *holds != negate;
  }
  if (!applied) return std::optional<Record>();
  return transformation->apply(record);
}

Error Chain::in_stage(Error error, const Stage& stage) {
  return std::move(error).at("transformation '" + stage.alias + "' (" + stage.class_name + ")");
}

void Chain::close() {
  for (const Stage& stage : stages_) {
    close_quietly(stage, *stage.transformation);
    if (stage.predicate != nullptr) close_quietly(stage, *stage.predicate);
  }
}

}  // namespace millrace::transform

#pragma once

#include "pipeline/stages.h"
#include "task_world.h"
#include "transform/chain.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::pipeline {

/// Converters that hand texts through. A text "bad" cannot be converted, at "throw" they throw.
/// There and back alike: nothing is copied.
struct PlainPlugins {
  explicit PlainPlugins(Journal& journal);
  ~PlainPlugins();
  Behaviour behaviour;       ///< of "close …"
  bool adds_header = false;  ///< the value converter adds one
  bool reads_all = false;    ///< also "bad"
  /// What is to be converted is asked this first, if anything.
  std::function<Result<void>(std::string_view)> check = {};

  [[nodiscard]] Converters converters();
  /// A chain of one step that does this; it may fail, throw and drop.
  using Step = std::function<Result<std::optional<Record>>(const Record&)>;
  [[nodiscard]] transform::Chain chain(std::vector<Step> steps);
};

/// Steps for chains.
PlainPlugins::Step drops(std::string text);
PlainPlugins::Step drops_all();
PlainPlugins::Step routes_to(std::string topic);

}  // namespace millrace::pipeline

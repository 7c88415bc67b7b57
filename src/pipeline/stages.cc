#include "pipeline/stages.h"

#include "base/log.h"
#include "base/plugin_call.h"

#include <functional>
#include <string_view>

namespace millrace::pipeline {

namespace {

/// For calls that cannot fail: what they throw is logged, and the worker goes on.
void call_plugin_quietly(std::string_view what, const std::function<void()>& call) {
  const Result<void> done = call_plugin(what, [&call]() -> Result<void> {
    call();
    return {};
  });
  static const log::Logger& logger = log::logger("org.apache.kafka.connect.runtime.WorkerTask");
  if (!done) logger.warn("Could not close a plugin: {}", done.error().message());
}

}  // namespace

void Converters::close() {
  if (key) call_plugin_quietly("close of the key converter", [this] { key->close(); });
  if (value) call_plugin_quietly("close of the value converter", [this] { value->close(); });
  if (header) call_plugin_quietly("close of the header converter", [this] { header->close(); });
}

}  // namespace millrace::pipeline

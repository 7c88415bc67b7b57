#pragma once

#include "millrace/sink.h"
#include "millrace/source.h"

#include <memory>

namespace millrace::plugin {

/// Connectors for plugins that bring only tasks: a source has one task with the connector's own
/// configuration, a sink as many as tasks.max allows.
std::unique_ptr<SourceConnector> make_plain_source();
std::unique_ptr<SinkConnector> make_plain_sink();

}  // namespace millrace::plugin

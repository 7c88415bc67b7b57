#pragma once

#include "millrace/plugin.h"

namespace millrace::convert {

/// The ten converters of Apache Kafka: all ten for headers, nine for keys and values.
void register_converters(PluginRegistry& registry);

}  // namespace millrace::convert

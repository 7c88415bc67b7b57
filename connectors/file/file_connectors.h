#pragma once

#include "millrace/plugin.h"

namespace millrace::file {

/// Offers org.apache.kafka.connect.file.FileStreamSourceConnector (a file's lines, or the standard
/// input's, become records) and FileStreamSinkConnector (records become lines at the end of a file,
/// or on the standard output).
void register_file_connectors(PluginRegistry& registry);

}  // namespace millrace::file

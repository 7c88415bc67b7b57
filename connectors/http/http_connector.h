#pragma once

#include "millrace/plugin.h"

namespace millrace::http {

/// Offers nz.ac.auckland.kafka.http.sink.HttpSinkConnector: each record becomes an HTTP request.
void register_http_connectors(PluginRegistry& registry);

}  // namespace millrace::http

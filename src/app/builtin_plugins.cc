#include "app/builtin_plugins.h"

#include "config/override_policies.h"
#include "convert/register.h"
#include "file/file_connectors.h"
#include "http/http_connector.h"
#include "provider/bundled.h"
#include "transform/bundled.h"

namespace millrace::app {

void register_builtin_plugins(PluginRegistry& registry) {
  convert::register_converters(registry);
  transform::register_transforms(registry);
  config::register_override_policies(registry);
  provider::register_config_providers(registry);
  file::register_file_connectors(registry);
  http::register_http_connectors(registry);
}

}  // namespace millrace::app

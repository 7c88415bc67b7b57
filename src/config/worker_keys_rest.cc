#include "config/worker_keys.h"

namespace millrace::config {

void rest_keys(ConfigDef& def) {
  using enum ConfigType;
  using enum Importance;
  define_keys(
      def,
      {
          {"topic.tracking.enable", boolean, low, "true",
           "Whether the worker notes which topics each connector uses."},
          {"topic.tracking.allow.reset", boolean, low, "true",
           "Whether REST requests may clear the topics noted for a connector."},
          {"listeners", list, low, "http://:8083",
           "Addresses that the REST API listens on, as http://host:port or https://host:port, "
           "separated by commas.",
           listeners_rule()},
          {"rest.advertised.host.name", string, low, null,
           "Host name that other workers and this worker's id use, in place of the listener's."},
          {"rest.advertised.port", int32, low, null,
           "Port that other workers and this worker's id use, in place of the listener's."},
          {"rest.advertised.listener", string, low, null,
           "Protocol of the listener that other workers are told of: http or https."},
          {"access.control.allow.origin", string, low, "",
           "Origins whose web pages may call the REST API, as regular expressions separated by "
           "commas, "
           "or * for all."},
          {"access.control.allow.methods", string, low, "",
           "HTTP methods that pages of other origins may use; empty stands for GET, POST and "
           "HEAD."},
          {"response.http.headers.config", string, low, "",
           "Headers added to REST answers, as rules \"<set|add|setDate|addDate> <name>:<value>\" "
           "separated by commas.",
           header_rules()},
          {"ssl.client.auth", string, low, "none",
           "Whether https clients must, may or need not show a certificate.",
           Validator::one_of({"required", "requested", "none"})},
          {"rest.extension.classes", list, low, "", "REST extensions to install, in this order.",
           Validator::list({.empty_allowed = true})},
          {"admin.listeners", list, low, null,
           "Addresses for /admin requests alone; unset leaves them on the listeners, empty turns "
           "them "
           "off.",
           Validator::list({.null_allowed = true, .empty_allowed = true})},
      });
}

}  // namespace millrace::config

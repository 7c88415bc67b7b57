#include "rest/basic_auth.h"

#include "base/ascii.h"
#include "base/base64.h"
#include "base/java_number.h"
#include "config/properties.h"
#include "config/text_file.h"
#include "rest/rest_log.h"

#include <openssl/crypto.h>

#include <optional>

namespace millrace::rest {

namespace {

constexpr std::string_view entry_name = "KafkaConnect";
constexpr std::string_view property_file_module =
    "org.apache.kafka.connect.rest.basic.auth.extension.PropertyFileLoginModule";

/// Takes as long for a wrong text as for the right one of the same length.
bool same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

struct Credentials {
  std::string name;
  std::string password;
};

/// Of an Authorization header; a request without one has empty credentials.
Credentials credentials_of(const Request& request) {
  const std::string* header = request.header("Authorization");
  if (header == nullptr) return {};
  const std::size_t blank = header->find(' ');
  if (blank == std::string::npos || !ascii::same_ignoring_case(header->substr(0, blank), "basic")) {
    return {};
  }
  const std::optional<std::string> pair = decode_base64(java_trim(header->substr(blank + 1)));
  const std::size_t colon = pair ? pair->find(':') : std::string::npos;
  if (colon == std::string::npos) return {};
  return {pair->substr(0, colon), pair->substr(colon + 1)};
}

/// POST /connectors/N/tasks, PUT /connectors/N/fence.
bool between_workers(const Request& request) {
  constexpr std::string_view root = "/connectors/";
  std::string_view path = request.path;
  if (!path.starts_with(root)) return false;
  path.remove_prefix(root.size());
  if (path.ends_with('/')) path.remove_suffix(1);
  const std::size_t slash = path.find('/');
  if (slash == 0 || slash == std::string_view::npos) return false;
  const std::string_view last = path.substr(slash + 1);
  return (request.method == "POST" && last == "tasks") ||
         (request.method == "PUT" && last == "fence");
}

}  // namespace

Result<std::unique_ptr<BasicAuth>> BasicAuth::open(const std::string& jaas_file) {
  const Result<std::string> text = config::read_text_file(jaas_file);
  if (!text) return text.error();
  const auto wrong = [&jaas_file](const std::string& problem) {
    return Error{ErrorCode::invalid_config, "JAAS file '" + jaas_file + "': " + problem};
  };
  const Result<std::vector<security::JaasEntry>> entries =
      security::parse_jaas_file(*text, entry_name);
  if (!entries) return wrong(entries.error().message());
  auto auth = std::make_unique<BasicAuth>();
  for (const security::JaasEntry& entry : *entries) {
    if (entry.module != property_file_module) {
      return wrong("login module '" + entry.module +
                   "' is not supported: " + std::string(property_file_module) + " is");
    }
    const std::string file = entry.option("file");
    if (file.empty()) return wrong("PropertyFileLoginModule needs the option file=\"...\"");
    const Result<ConfigMap> users = config::read_properties(file);
    if (!users) return users.error();
    Module module{entry.flag, {}};
    for (const auto& [name, password] : *users) module.users[name] = password.value_or("");
    if (module.users.empty()) {
      rest_logger().warn("'{}' holds no user: the REST API is open to everybody", file);
    }
    auth->modules_.push_back(std::move(module));
  }
  return auth;
}

bool BasicAuth::admits(const Request& request) const {
  if (between_workers(request)) return true;
  const Credentials given = credentials_of(request);
  return admits(given.name, given.password);
}

bool BasicAuth::admits(std::string_view name, std::string_view password) const {
  using enum security::JaasFlag;
  bool needed_failed = false;  // of required and requisite ones
  bool any_needed = false;
  bool any_succeeded = false;
  for (const Module& module : modules_) {
    const auto user = module.users.find(name);
    const bool known = module.users.empty() || (!name.empty() && user != module.users.end() &&
                                                same(user->second, password));
    const bool needed = module.flag == required || module.flag == requisite;
    any_needed = any_needed || needed;
    needed_failed = needed_failed || (needed && !known);
    any_succeeded = any_succeeded || known;
    if (module.flag == requisite && !known) return false;
    if (module.flag == sufficient && known && !needed_failed) return true;
  }
  return any_needed ? !needed_failed : any_succeeded;
}

}  // namespace millrace::rest

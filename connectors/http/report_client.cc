#include "http/report_client.h"

#include "security/jaas.h"
#include "security/tls_material.h"

#include <string_view>

namespace millrace::http {

namespace {

constexpr std::string_view prefix = "reporter.producer.";
constexpr std::string_view host_check = "ssl.endpoint.identification.algorithm";

bool is_store(std::string_view key) {
  return key.starts_with("ssl.truststore.") || key.starts_with("ssl.keystore.") ||
         key == "ssl.key.password";
}

void add_tls(security::TlsMaterial material, ReportClient& out) {
  const auto add = [&out](const char* name, const std::string& value) {
    if (!value.empty()) out.settings.emplace_back(name, value);
  };
  add("ssl.ca.pem", material.trusted);
  add("ssl.key.pem", material.key);
  add("ssl.key.password", material.key_password.value_or(""));
  out.chain = std::move(material.chain);
}

Result<void> add_login(const std::string& jaas, ReportClient& out) {
  const std::string key = std::string(prefix) + "sasl.jaas.config";
  const Result<security::JaasEntry> entry = security::parse_jaas(jaas);
  if (!entry) return Error{ErrorCode::invalid_config, key + ": " + entry.error().message()};
  if (!entry->module.ends_with(".PlainLoginModule") &&
      !entry->module.ends_with(".ScramLoginModule")) {
    return Error{ErrorCode::invalid_config, key + ": login module '" + entry->module +
                                                "' is not supported: PlainLoginModule and "
                                                "ScramLoginModule are"};
  }
  out.settings.emplace_back("sasl.username", entry->option("username"));
  out.settings.emplace_back("sasl.password", entry->option("password"));
  return {};
}

}  // namespace

Result<ReportClient> read_report_client(const ConfigMap& producer) {
  ReportClient out;
  bool has_store = false;
  for (const auto& [key, value] : producer) {
    if (!value) continue;
    if (is_store(key)) {
      has_store = true;
    } else if (key == "sasl.jaas.config") {
      MILLRACE_TRY(add_login(*value, out));
    } else {
      out.settings.emplace_back(key, key == host_check && value->empty() ? "none" : *value);
    }
  }
  if (!has_store) return out;
  Result<security::TlsMaterial> material = security::read_tls_material(producer, prefix);
  if (!material) return std::move(material.error());
  add_tls(*std::move(material), out);
  return out;
}

}  // namespace millrace::http

#include "kafka/tls_material.h"

#include "base/ascii.h"
#include "base/java_number.h"
#include "base/log.h"
#include "kafka/rd_client.h"
#include "security/tls_material.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace millrace::kafka {

namespace {

std::string word(const ConfigMap& settings, std::string_view key) {
  const std::string* value = settings.find(key);
  return value == nullptr ? std::string() : ascii::lower(java_trim(*value));
}

/// Our key and chain.
Result<void> use_key(TlsMaterial& out, security::TlsMaterial& material) {
  out.properties.emplace_back("ssl.key.pem", std::move(material.key));
  if (material.key_password) {
    out.properties.emplace_back("ssl.key.password", std::move(*material.key_password));
  }
  Result<PrivateFile> file = PrivateFile::make(material.chain);
  if (!file) return file.error();
  out.chain_file = std::move(*file);
  out.properties.emplace_back("ssl.certificate.location", out.chain_file.path());
  return {};
}

Result<void> use_ciphers(const ConfigMap& settings, TlsMaterial& out) {
  constexpr std::string_view key = "ssl.cipher.suites";
  const Result<security::CipherSuites> suites = security::read_cipher_suites(settings);
  if (!suites) return suites.error();
  if (!suites->tls_1_3.empty()) {  // librdkafka has no switch for them
    client_logger().info("setting '{}': the suites of TLS 1.3 are always allowed", key);
  }
  if (suites->older.empty()) return {};
  std::string native;
  for (const std::string& suite : suites->older) native += (native.empty() ? "" : ":") + suite;
  out.properties.emplace_back(key, native);
  return {};
}

}  // namespace

PrivateFile::~PrivateFile() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

Result<PrivateFile> PrivateFile::make(const std::string& content) {
  const char* folder = std::getenv("TMPDIR");
  std::string path =
      std::string(folder != nullptr && *folder != '\0' ? folder : "/tmp") + "/millrace-XXXXXX";
  const auto failed = [&path] {
    return Error{ErrorCode::fatal,
                 fmt::format("cannot write a temporary file '{}': {}", path, std::strerror(errno))};
  };
  const int file = ::mkostemp(path.data(), O_CLOEXEC);  // readable by us alone
  if (file < 0) return failed();
  PrivateFile result;
  result.path_ = path;
  const bool written =
      ::write(file, content.data(), content.size()) == static_cast<ssize_t>(content.size());
  if (::close(file) != 0 || !written) return failed();
  return result;
}

Result<TlsMaterial> read_tls(const ConfigMap& settings) {
  TlsMaterial out;
  const std::string protocol = word(settings, "security.protocol");
  if (protocol != "ssl" && protocol != "sasl_ssl") {
    if (protocol != "sasl_plaintext") return out;
    // Only a token endpoint may need them.
    Result<security::TlsMaterial> trusted = security::read_trusted(settings);
    if (!trusted) return trusted.error();
    out.ca_pem = std::move(trusted->trusted);
    return out;
  }
  Result<security::TlsMaterial> material = security::read_tls_material(settings);
  if (!material) return material.error();
  out.ca_pem = std::move(material->trusted);
  if (!out.ca_pem.empty()) out.properties.emplace_back("ssl.ca.pem", out.ca_pem);
  if (!material->key.empty()) MILLRACE_TRY(use_key(out, *material));
  MILLRACE_TRY(use_ciphers(settings, out));
  const bool checks = settings.find("ssl.endpoint.identification.algorithm") != nullptr;
  const std::string algorithm =
      checks ? word(settings, "ssl.endpoint.identification.algorithm") : "https";
  if (!algorithm.empty() && algorithm != "https" && algorithm != "none") {
    return Error{ErrorCode::invalid_config,
                 "setting 'ssl.endpoint.identification.algorithm': must be https, or empty to "
                 "switch the check off"};
  }
  out.properties.emplace_back("ssl.endpoint.identification.algorithm",
                              algorithm.empty() ? "none" : algorithm);
  return out;
}

}  // namespace millrace::kafka

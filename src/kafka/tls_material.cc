#include "kafka/tls_material.h"

#include "base/ascii.h"
#include "base/log.h"
#include "kafka/java_keystore.h"
#include "kafka/rd_client.h"
#include "kafka/settings_own.h"

#include <fmt/format.h>
#include <openssl/ssl.h>

#include <fcntl.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <optional>
#include <sstream>

namespace millrace::kafka {

namespace {

Error wrong(std::string_view key, std::string_view problem) {
  return Error{ErrorCode::invalid_config, fmt::format("setting '{}': {}", key, problem)};
}

std::string text(const ConfigMap& settings, std::string_view key) {
  const std::string* value = settings.find(key);
  return value == nullptr ? std::string() : std::string(trimmed(*value));
}

/// Passwords keep the blanks around them.
std::optional<std::string> password(const ConfigMap& settings, std::string_view key) {
  const std::string* value = settings.find(key);
  if (value == nullptr || value->empty()) return std::nullopt;
  return *value;
}

Result<std::string> read_file(std::string_view key, const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream content;
  if (!in || !(content << in.rdbuf())) {
    return wrong(key, fmt::format("file '{}' cannot be read: {}", path, std::strerror(errno)));
  }
  return std::move(content).str();
}

/// The blocks of a PEM text whose label ends so, without what stands between them.
std::string pem_blocks(std::string_view pem, std::string_view label_end) {
  constexpr std::string_view begin = "-----BEGIN ";
  std::string result;
  std::size_t at = 0;
  while ((at = pem.find(begin, at)) != std::string_view::npos) {
    const std::size_t label_at = at + begin.size();
    const std::size_t dashes = pem.find("-----", label_at);
    if (dashes == std::string_view::npos) break;
    const std::string_view label = pem.substr(label_at, dashes - label_at);
    const std::string end = fmt::format("-----END {}-----", label);
    const std::size_t last = pem.find(end, dashes);
    if (last == std::string_view::npos) break;
    if (label.ends_with(label_end))
      result += std::string(pem.substr(at, last + end.size() - at)) + "\n";
    at = last + end.size();
  }
  return result;
}

std::string to_pem_list(const std::vector<std::string>& certificates) {
  std::string pem;
  for (const std::string& der : certificates) pem += to_pem("CERTIFICATE", der);
  return pem;
}

enum class StoreType { java, pem };

/// JKS and PKCS12 are told apart by the file itself.
Result<StoreType> store_type(const ConfigMap& settings, std::string_view key) {
  const std::string type = ascii::lower(text(settings, key));
  if (type.empty() || type == "jks" || type == "pkcs12") return StoreType::java;
  if (type == "pem") return StoreType::pem;
  return wrong(key,
               fmt::format("'{}' is not supported: JKS, PKCS12 and PEM are", text(settings, key)));
}

Result<void> read_trusted(const ConfigMap& settings, TlsMaterial& out) {
  const Result<StoreType> type = store_type(settings, "ssl.truststore.type");
  if (!type) return type.error();
  const std::string location = text(settings, "ssl.truststore.location");
  const std::string inline_pem = text(settings, "ssl.truststore.certificates");
  const std::optional<std::string> secret = password(settings, "ssl.truststore.password");
  if (!inline_pem.empty()) {
    if (*type != StoreType::pem)
      return wrong("ssl.truststore.certificates", "needs ssl.truststore.type=PEM");
    if (!location.empty())
      return wrong("ssl.truststore.location", "cannot stand beside ssl.truststore.certificates");
  }
  if (*type == StoreType::pem && secret)
    return wrong("ssl.truststore.password", "PEM stores have none");
  if (location.empty() && inline_pem.empty()) {
    if (secret)
      return wrong("ssl.truststore.password", "is set, but ssl.truststore.location is not");
    return {};  // the system's
  }
  if (*type == StoreType::pem) {
    Result<std::string> pem =
        inline_pem.empty() ? read_file("ssl.truststore.location", location) : inline_pem;
    if (!pem) return pem.error();
    out.ca_pem = pem_blocks(*pem, "CERTIFICATE");
  } else {
    const Result<std::string> content = read_file("ssl.truststore.location", location);
    if (!content) return content.error();
    const Result<KeyStore> store = read_key_store(*content, secret, std::nullopt);
    if (!store) {
      return wrong("ssl.truststore.location",
                   fmt::format("'{}': {}", location, store.error().message()));
    }
    out.ca_pem = to_pem_list(store->trusted);
  }
  if (out.ca_pem.empty()) {
    return wrong(location.empty() ? "ssl.truststore.certificates" : "ssl.truststore.location",
                 fmt::format("'{}' holds no certificate", location));
  }
  out.properties.emplace_back("ssl.ca.pem", out.ca_pem);
  return {};
}

/// Our key and chain, both PEM.
Result<void> use_key(TlsMaterial& out, std::string key, const std::string& chain,
                     const std::optional<std::string>& key_password) {
  out.properties.emplace_back("ssl.key.pem", std::move(key));
  if (key_password) out.properties.emplace_back("ssl.key.password", *key_password);
  Result<PrivateFile> file = PrivateFile::make(chain);
  if (!file) return file.error();
  out.chain_file = std::move(*file);
  out.properties.emplace_back("ssl.certificate.location", out.chain_file.path());
  return {};
}

Result<void> read_own_pem(const ConfigMap& settings, TlsMaterial& out,
                          const std::string& location) {
  if (password(settings, "ssl.keystore.password")) {
    return wrong("ssl.keystore.password", "PEM stores have none; a key's is ssl.key.password");
  }
  std::string key_source = text(settings, "ssl.keystore.key");
  std::string chain_source = text(settings, "ssl.keystore.certificate.chain");
  std::string_view what = "ssl.keystore.key";
  if (!location.empty()) {
    if (!key_source.empty() || !chain_source.empty()) {
      return wrong("ssl.keystore.location",
                   "cannot stand beside ssl.keystore.key or ssl.keystore.certificate.chain");
    }
    what = "ssl.keystore.location";
    Result<std::string> content = read_file(what, location);
    if (!content) return content.error();
    key_source = chain_source = std::move(*content);
  } else if (key_source.empty() != chain_source.empty()) {
    return wrong("ssl.keystore.certificate.chain",
                 "needs ssl.keystore.key beside it, and the other way round");
  }
  const std::string key = pem_blocks(key_source, "PRIVATE KEY");
  const std::string chain = pem_blocks(chain_source, "CERTIFICATE");
  if (key.empty()) return wrong(what, fmt::format("'{}' holds no private key", location));
  if (chain.empty()) {
    return wrong(location.empty() ? "ssl.keystore.certificate.chain" : what,
                 fmt::format("'{}' holds no certificate", location));
  }
  return use_key(out, key, chain, password(settings, "ssl.key.password"));
}

Result<void> read_own(const ConfigMap& settings, TlsMaterial& out) {
  const Result<StoreType> type = store_type(settings, "ssl.keystore.type");
  if (!type) return type.error();
  const std::string location = text(settings, "ssl.keystore.location");
  const bool has_inline = settings.find("ssl.keystore.key") != nullptr ||
                          settings.find("ssl.keystore.certificate.chain") != nullptr;
  if (has_inline && *type != StoreType::pem)
    return wrong("ssl.keystore.key", "needs ssl.keystore.type=PEM");
  if (location.empty() && !has_inline) return {};
  if (*type == StoreType::pem) return read_own_pem(settings, out, location);
  const std::optional<std::string> secret = password(settings, "ssl.keystore.password");
  if (!secret) return wrong("ssl.keystore.password", "is missing");
  const std::optional<std::string> key_secret = password(settings, "ssl.key.password");
  const Result<std::string> content = read_file("ssl.keystore.location", location);
  if (!content) return content.error();
  const Result<KeyStore> store = read_key_store(*content, secret, key_secret ? key_secret : secret);
  if (!store)
    return wrong("ssl.keystore.location",
                 fmt::format("'{}': {}", location, store.error().message()));
  if (store->keys.empty())
    return wrong("ssl.keystore.location", fmt::format("'{}' holds no private key", location));
  const KeyStore::Key& key = store->keys.front();
  return use_key(out, to_pem("PRIVATE KEY", key.pkcs8), to_pem_list(key.chain), std::nullopt);
}

Result<void> read_ciphers(const ConfigMap& settings, TlsMaterial& out) {
  constexpr std::string_view key = "ssl.cipher.suites";
  std::string rest = text(settings, key);
  std::string native;
  bool newest = false;
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const std::string name(trimmed(std::string_view(rest).substr(0, comma)));
    rest.erase(0, comma + 1);
    const std::string ours = openssl_cipher(name);
    if (ours.empty()) return wrong(key, fmt::format("'{}' is not known", name));
    if (ours == name) {  // TLS 1.3: librdkafka has no switch for them
      newest = true;
      continue;
    }
    native += (native.empty() ? "" : ":") + ours;
  }
  if (newest) client_logger().info("setting '{}': the suites of TLS 1.3 are always allowed", key);
  if (!native.empty()) out.properties.emplace_back(key, native);
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

std::string openssl_cipher(const std::string& jsse) {
  // Java still calls some suites of SSL 3 by their first names.
  const std::string standard = jsse.starts_with("SSL_") ? "TLS_" + jsse.substr(4) : jsse;
  const char* name = OPENSSL_cipher_name(standard.c_str());
  return name == nullptr || std::strcmp(name, "(NONE)") == 0 ? std::string() : std::string(name);
}

Result<TlsMaterial> read_tls(const ConfigMap& settings) {
  TlsMaterial out;
  const std::string protocol = ascii::lower(text(settings, "security.protocol"));
  if (protocol != "ssl" && protocol != "sasl_ssl") {
    // Only a token endpoint may need them.
    if (protocol == "sasl_plaintext") MILLRACE_TRY(read_trusted(settings, out));
    out.properties.clear();
    return out;
  }
  MILLRACE_TRY(read_trusted(settings, out));
  MILLRACE_TRY(read_own(settings, out));
  MILLRACE_TRY(read_ciphers(settings, out));
  const std::string* check = settings.find("ssl.endpoint.identification.algorithm");
  const std::string algorithm = check == nullptr ? "https" : ascii::lower(trimmed(*check));
  if (!algorithm.empty() && algorithm != "https" && algorithm != "none") {
    return wrong("ssl.endpoint.identification.algorithm",
                 "must be https, or empty to switch the check off");
  }
  out.properties.emplace_back("ssl.endpoint.identification.algorithm",
                              algorithm.empty() ? "none" : algorithm);
  return out;
}

}  // namespace millrace::kafka

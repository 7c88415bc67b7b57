#include "security/tls_material.h"

#include "base/ascii.h"
#include "base/java_number.h"
#include "security/java_keystore.h"

#include <fmt/format.h>
#include <openssl/ssl.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace millrace::security {

namespace {

/// The settings, and how messages call them.
struct Settings {
  const ConfigMap& map;
  std::string_view prefix;

  [[nodiscard]] Error wrong(std::string_view key, std::string_view problem) const {
    return Error{ErrorCode::invalid_config,
                 fmt::format("setting '{}{}': {}", prefix, key, problem)};
  }
  [[nodiscard]] std::string text(std::string_view key) const {
    const std::string* value = map.find(key);
    return value == nullptr ? std::string() : std::string(java_trim(*value));
  }
  /// Passwords keep the blanks around them.
  [[nodiscard]] std::optional<std::string> password(std::string_view key) const {
    const std::string* value = map.find(key);
    if (value == nullptr || value->empty()) return std::nullopt;
    return *value;
  }
};

Result<std::string> read_file(const Settings& settings, std::string_view key,
                              const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream content;
  if (!in || !(content << in.rdbuf())) {
    return settings.wrong(key,
                          fmt::format("file '{}' cannot be read: {}", path, std::strerror(errno)));
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
Result<StoreType> store_type(const Settings& settings, std::string_view key) {
  const std::string type = ascii::lower(settings.text(key));
  if (type.empty() || type == "jks" || type == "pkcs12") return StoreType::java;
  if (type == "pem") return StoreType::pem;
  return settings.wrong(
      key, fmt::format("'{}' is not supported: JKS, PKCS12 and PEM are", settings.text(key)));
}

Result<void> take_trusted(const Settings& settings, TlsMaterial& out) {
  const Result<StoreType> type = store_type(settings, "ssl.truststore.type");
  if (!type) return type.error();
  const std::string location = settings.text("ssl.truststore.location");
  const std::string inline_pem = settings.text("ssl.truststore.certificates");
  const std::optional<std::string> secret = settings.password("ssl.truststore.password");
  if (!inline_pem.empty()) {
    if (*type != StoreType::pem)
      return settings.wrong("ssl.truststore.certificates", "needs ssl.truststore.type=PEM");
    if (!location.empty()) {
      return settings.wrong("ssl.truststore.location",
                            "cannot stand beside ssl.truststore.certificates");
    }
  }
  if (*type == StoreType::pem && secret)
    return settings.wrong("ssl.truststore.password", "PEM stores have none");
  if (location.empty() && inline_pem.empty()) {
    if (secret) {
      return settings.wrong("ssl.truststore.password",
                            "is set, but ssl.truststore.location is not");
    }
    return {};  // the system's
  }
  if (!location.empty()) out.files.push_back(location);
  if (*type == StoreType::pem) {
    Result<std::string> pem =
        inline_pem.empty() ? read_file(settings, "ssl.truststore.location", location) : inline_pem;
    if (!pem) return pem.error();
    out.trusted = pem_blocks(*pem, "CERTIFICATE");
  } else {
    const Result<std::string> content = read_file(settings, "ssl.truststore.location", location);
    if (!content) return content.error();
    const Result<KeyStore> store = read_key_store(*content, secret, std::nullopt);
    if (!store) {
      return settings.wrong("ssl.truststore.location",
                            fmt::format("'{}': {}", location, store.error().message()));
    }
    out.trusted = to_pem_list(store->trusted);
  }
  if (out.trusted.empty()) {
    return settings.wrong(
        location.empty() ? "ssl.truststore.certificates" : "ssl.truststore.location",
        fmt::format("'{}' holds no certificate", location));
  }
  return {};
}

Result<void> take_own_pem(const Settings& settings, TlsMaterial& out, const std::string& location) {
  if (settings.password("ssl.keystore.password")) {
    return settings.wrong("ssl.keystore.password",
                          "PEM stores have none; a key's is ssl.key.password");
  }
  std::string key_source = settings.text("ssl.keystore.key");
  std::string chain_source = settings.text("ssl.keystore.certificate.chain");
  std::string_view what = "ssl.keystore.key";
  if (!location.empty()) {
    if (!key_source.empty() || !chain_source.empty()) {
      return settings.wrong(
          "ssl.keystore.location",
          "cannot stand beside ssl.keystore.key or ssl.keystore.certificate.chain");
    }
    what = "ssl.keystore.location";
    Result<std::string> content = read_file(settings, what, location);
    if (!content) return content.error();
    key_source = chain_source = std::move(*content);
  } else if (key_source.empty() != chain_source.empty()) {
    return settings.wrong("ssl.keystore.certificate.chain",
                          "needs ssl.keystore.key beside it, and the other way round");
  }
  out.key = pem_blocks(key_source, "PRIVATE KEY");
  out.chain = pem_blocks(chain_source, "CERTIFICATE");
  out.key_password = settings.password("ssl.key.password");
  if (out.key.empty())
    return settings.wrong(what, fmt::format("'{}' holds no private key", location));
  if (out.chain.empty()) {
    return settings.wrong(location.empty() ? "ssl.keystore.certificate.chain" : what,
                          fmt::format("'{}' holds no certificate", location));
  }
  return {};
}

Result<void> take_own(const Settings& settings, TlsMaterial& out) {
  const Result<StoreType> type = store_type(settings, "ssl.keystore.type");
  if (!type) return type.error();
  const std::string location = settings.text("ssl.keystore.location");
  const bool has_inline = settings.map.find("ssl.keystore.key") != nullptr ||
                          settings.map.find("ssl.keystore.certificate.chain") != nullptr;
  if (has_inline && *type != StoreType::pem)
    return settings.wrong("ssl.keystore.key", "needs ssl.keystore.type=PEM");
  if (location.empty() && !has_inline) return {};
  if (!location.empty()) out.files.push_back(location);
  if (*type == StoreType::pem) return take_own_pem(settings, out, location);
  const std::optional<std::string> secret = settings.password("ssl.keystore.password");
  if (!secret) return settings.wrong("ssl.keystore.password", "is missing");
  const std::optional<std::string> key_secret = settings.password("ssl.key.password");
  const Result<std::string> content = read_file(settings, "ssl.keystore.location", location);
  if (!content) return content.error();
  const Result<KeyStore> store = read_key_store(*content, secret, key_secret ? key_secret : secret);
  if (!store) {
    return settings.wrong("ssl.keystore.location",
                          fmt::format("'{}': {}", location, store.error().message()));
  }
  if (store->keys.empty()) {
    return settings.wrong("ssl.keystore.location",
                          fmt::format("'{}' holds no private key", location));
  }
  const KeyStore::Key& key = store->keys.front();
  out.key = to_pem("PRIVATE KEY", key.pkcs8);
  out.chain = to_pem_list(key.chain);
  return {};
}

/// JSSE's name of a cipher suite in OpenSSL's words; empty: not known.
std::string openssl_cipher(const std::string& jsse) {
  // Java still calls some suites of SSL 3 by their first names.
  const std::string standard = jsse.starts_with("SSL_") ? "TLS_" + jsse.substr(4) : jsse;
  const char* name = OPENSSL_cipher_name(standard.c_str());
  return name == nullptr || std::strcmp(name, "(NONE)") == 0 ? std::string() : std::string(name);
}

}  // namespace

Result<TlsMaterial> read_trusted(const ConfigMap& settings, std::string_view prefix) {
  TlsMaterial out;
  MILLRACE_TRY(take_trusted({settings, prefix}, out));
  return out;
}

Result<TlsMaterial> read_tls_material(const ConfigMap& settings, std::string_view prefix) {
  TlsMaterial out;
  MILLRACE_TRY(take_trusted({settings, prefix}, out));
  MILLRACE_TRY(take_own({settings, prefix}, out));
  return out;
}

Result<CipherSuites> read_cipher_suites(const ConfigMap& map, std::string_view prefix) {
  constexpr std::string_view key = "ssl.cipher.suites";
  const Settings settings{map, prefix};
  const std::string all = settings.text(key);
  CipherSuites suites;
  for (std::string_view rest = all; !rest.empty();) {
    const std::size_t comma = rest.find(',');
    const std::string name(java_trim(rest.substr(0, comma)));
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    std::string ours = openssl_cipher(name);
    if (ours.empty()) return settings.wrong(key, fmt::format("'{}' is not known", name));
    // Those of TLS 1.3 have one name everywhere.
    (ours == name ? suites.tls_1_3 : suites.older).push_back(std::move(ours));
  }
  return suites;
}

}  // namespace millrace::security

#include "http/tls_files.h"

#include "security/tls_material.h"

#include <utility>

namespace millrace::http {

Result<TlsFiles> read_tls_files(const Config& config) {
  Result<security::TlsMaterial> material =
      security::read_tls_material(config.originals().with_prefix("https."), "https.");
  if (!material) return std::move(material.error());
  TlsFiles files;
  files.trusted = std::move(material->trusted);
  files.chain = std::move(material->chain);
  files.key = std::move(material->key);
  files.key_password = material->key_password.value_or("");
  const auto* check = config.find<std::string>("https.ssl.endpoint.identification.algorithm");
  files.check_host = check == nullptr || !check->empty();
  return files;
}

}  // namespace millrace::http

// Files that settings name: key stores, PEM texts, JAAS files. Whatever they hold, reading them
// ends with a result or an error. (PKCS12 is OpenSSL's to read.)
#include "security/jaas.h"
#include "security/java_keystore.h"
#include "security/tls_material.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace millrace::security;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)read_jks(bytes, "store-secret", "key-secret");
  (void)read_jks(bytes, std::nullopt, std::nullopt);
  (void)parse_jaas(bytes);
  (void)parse_jaas_file(bytes, "KafkaConnect");
  (void)read_tls_material({{"ssl.truststore.type", "PEM"},
                           {"ssl.truststore.certificates", std::string(bytes)},
                           {"ssl.keystore.type", "PEM"},
                           {"ssl.keystore.key", std::string(bytes)},
                           {"ssl.keystore.certificate.chain", std::string(bytes)}});
  return 0;
}

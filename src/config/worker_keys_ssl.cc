#include "config/worker_keys.h"

namespace millrace::config {

void ssl_keys(ConfigDef& def) {
  using enum ConfigType;
  using enum Importance;
  define_keys(
      def,
      {
          {"ssl.protocol", string, medium, "TLSv1.3", "TLS version to begin the negotiation with."},
          {"ssl.provider", string, medium, null,
           "Name of a Java security provider; without effect in a native worker."},
          {"ssl.cipher.suites", list, low, "",
           "Cipher suites to offer; empty leaves the choice to the TLS library.",
           Validator::list({.empty_allowed = true})},
          {"ssl.enabled.protocols", list, medium, "TLSv1.2,TLSv1.3",
           "TLS versions that may be used.", Validator::list({.empty_allowed = true})},
          {"ssl.keystore.type", string, medium, "JKS",
           "Format of the key store: JKS, PKCS12 or PEM."},
          {"ssl.keystore.location", string, high, null,
           "File that holds the client's key and certificate."},
          {"ssl.keystore.password", password, high, null,
           "Password of the key store; PEM files have none."},
          {"ssl.key.password", password, high, null,
           "Password of the private key inside the key store or PEM text."},
          {"ssl.keystore.key", password, high, null,
           "Private key as PEM text, instead of a key store file."},
          {"ssl.keystore.certificate.chain", password, high, null,
           "Certificate chain of the private key as PEM text."},
          {"ssl.truststore.certificates", password, high, null,
           "Trusted certificates as PEM text, instead of a trust store file."},
          {"ssl.truststore.type", string, medium, "JKS",
           "Format of the trust store: JKS, PKCS12 or PEM."},
          {"ssl.truststore.location", string, high, null,
           "File that holds the trusted certificates."},
          {"ssl.truststore.password", password, high, null,
           "Password of the trust store; without it the store is read unchecked."},
          {"ssl.keymanager.algorithm", string, low, "SunX509",
           "Name of a Java key manager algorithm; without effect in a native worker."},
          {"ssl.trustmanager.algorithm", string, low, "PKIX",
           "Name of a Java trust manager algorithm; without effect in a native worker."},
          {"ssl.endpoint.identification.algorithm", string, low, "https",
           "How a server's name is checked against its certificate: https, or empty for not at "
           "all."},
          {"ssl.secure.random.implementation", string, low, null,
           "Name of a Java random number generator; without effect in a native worker."},
          {"ssl.engine.factory.class", class_name, low, null,
           "Java class that makes TLS engines; not available in a native worker."},
      });
}

}  // namespace millrace::config

#include "certificates.h"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509v3.h>

namespace millrace::http {

Identity Identity::make(const std::string& name, const std::string& alternative_name, int days,
                        const Identity* issuer) {
  Identity made;
  made.key.reset(EVP_EC_gen("P-256"), EVP_PKEY_free);
  made.certificate.reset(X509_new(), X509_free);
  X509* certificate = made.certificate.get();
  X509_set_version(certificate, 2);
  static long serial = 0;
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -2 * 86'400);
  X509_gmtime_adj(X509_getm_notAfter(certificate), days * 86'400L);
  X509_set_pubkey(certificate, made.key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  const Identity& signer = issuer != nullptr ? *issuer : made;
  X509_set_issuer_name(certificate, X509_get_subject_name(signer.certificate.get()));
  const auto extend = [certificate](int kind, const std::string& value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
  };
  if (issuer == nullptr) extend(NID_basic_constraints, "critical,CA:TRUE");
  if (!alternative_name.empty()) extend(NID_subject_alt_name, alternative_name);
  EXPECT_GT(X509_sign(certificate, signer.key.get(), EVP_sha256()), 0);
  return made;
}

std::string Identity::pem() const {
  BIO* memory = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(memory, certificate.get());
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(memory);
  return text;
}

std::shared_ptr<SSL_CTX> server_context(const Identity& identity, const Identity* client_issuer) {
  const std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  EXPECT_EQ(SSL_CTX_use_certificate(context.get(), identity.certificate.get()), 1);
  EXPECT_EQ(SSL_CTX_use_PrivateKey(context.get(), identity.key.get()), 1);
  if (client_issuer != nullptr) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), client_issuer->certificate.get());
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    // TLS 1.3 would tell of a missing certificate only after the client's part of the handshake.
    SSL_CTX_set_max_proto_version(context.get(), TLS1_2_VERSION);
  }
  return context;
}

std::shared_ptr<SSL_CTX> server_context(const std::string& p12, const std::string& password,
                                        const std::string& client_trust) {
  Identity identity;
  BIO* file = BIO_new_file(p12.c_str(), "rb");
  PKCS12* store = d2i_PKCS12_bio(file, nullptr);
  EVP_PKEY* key = nullptr;
  X509* certificate = nullptr;
  EXPECT_EQ(PKCS12_parse(store, password.c_str(), &key, &certificate, nullptr), 1);
  PKCS12_free(store);
  BIO_free(file);
  identity.key.reset(key, EVP_PKEY_free);
  identity.certificate.reset(certificate, X509_free);
  std::shared_ptr<SSL_CTX> context = server_context(identity, nullptr);
  EXPECT_EQ(SSL_CTX_load_verify_locations(context.get(), client_trust.c_str(), nullptr), 1);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  return context;
}

}  // namespace millrace::http

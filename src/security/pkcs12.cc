#include "security/java_keystore.h"

#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <memory>

namespace millrace::security {

namespace {

template <class T, void (*Free)(T*)>
struct Deleter {
  void operator()(T* object) const { Free(object); }
};
using Pkcs12 = std::unique_ptr<PKCS12, Deleter<PKCS12, PKCS12_free>>;
using PrivateKey = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY, EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509, X509_free>>;
using KeyInfo =
    std::unique_ptr<PKCS8_PRIV_KEY_INFO, Deleter<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free>>;

void free_certificates(STACK_OF(X509) * stack) { sk_X509_pop_free(stack, X509_free); }
using Certificates = std::unique_ptr<STACK_OF(X509), Deleter<STACK_OF(X509), free_certificates>>;

Error broken(std::string_view what) {
  return Error{ErrorCode::invalid_config, "the PKCS12 key store " + std::string(what)};
}

/// A corner of OpenSSL with the algorithms of old stores, so that the rest of the process does
/// without them. Null: they are not installed, and new ones are all that there is.
OSSL_LIB_CTX* with_old_algorithms() {
  static OSSL_LIB_CTX* const context = [] {
    OSSL_LIB_CTX* made = OSSL_LIB_CTX_new();
    if (made != nullptr && OSSL_PROVIDER_load(made, "default") != nullptr) {
      static_cast<void>(OSSL_PROVIDER_load(made, "legacy"));
    }
    return made;
  }();
  return context;
}

std::string to_der(X509* certificate) {
  const int size = i2d_X509(certificate, nullptr);
  std::string der(static_cast<std::size_t>(std::max(size, 0)), '\0');
  auto* out = reinterpret_cast<unsigned char*>(der.data());
  i2d_X509(certificate, &out);
  return der;
}

std::string to_pkcs8(EVP_PKEY* key) {
  const KeyInfo info(EVP_PKEY2PKCS8(key));
  if (!info) return {};
  const int size = i2d_PKCS8_PRIV_KEY_INFO(info.get(), nullptr);
  std::string der(static_cast<std::size_t>(std::max(size, 0)), '\0');
  auto* out = reinterpret_cast<unsigned char*>(der.data());
  i2d_PKCS8_PRIV_KEY_INFO(info.get(), &out);
  return der;
}

/// Each certificate's issuer behind it, as TLS sends them; the store has them in any order.
std::vector<std::string> chain_of(X509* first, STACK_OF(X509) * others) {
  std::vector<std::string> chain{to_der(first)};
  X509* current = first;
  for (int added = 0; added < sk_X509_num(others); ++added) {
    X509* issuer = nullptr;
    for (int i = 0; i < sk_X509_num(others) && issuer == nullptr; ++i) {
      X509* candidate = sk_X509_value(others, i);
      if (candidate != current && X509_check_issued(candidate, current) == X509_V_OK)
        issuer = candidate;
    }
    if (issuer == nullptr || X509_check_issued(current, current) == X509_V_OK) break;
    chain.push_back(to_der(issuer));
    current = issuer;
  }
  return chain;
}

}  // namespace

Result<KeyStore> read_pkcs12(std::string_view content, const std::optional<std::string>& password) {
  OSSL_LIB_CTX* const context = with_old_algorithms();
  PKCS12* parsed = PKCS12_init_ex(NID_pkcs7_data, context, nullptr);
  const auto* data = reinterpret_cast<const unsigned char*>(content.data());
  if (d2i_PKCS12(&parsed, &data, static_cast<long>(content.size())) == nullptr) {
    ERR_clear_error();
    return broken("cannot be read as one");
  }
  const Pkcs12 store(parsed);
  EVP_PKEY* key = nullptr;
  X509* certificate = nullptr;
  STACK_OF(X509)* others = nullptr;
  const int opened = PKCS12_parse(store.get(), password ? password->c_str() : nullptr, &key,
                                  &certificate, &others);
  const PrivateKey key_owner(key);
  const Certificate certificate_owner(certificate);
  const Certificates others_owner(others);
  ERR_clear_error();
  if (opened != 1) {
    return broken(
        password ? "does not open: the password is wrong, or it is damaged or of an unknown kind"
                 : "does not open without a password");
  }
  KeyStore result;
  if (key != nullptr && certificate != nullptr) {
    result.keys.push_back({to_pkcs8(key), chain_of(certificate, others)});
  } else {
    for (int i = 0; i < sk_X509_num(others); ++i)
      result.trusted.push_back(to_der(sk_X509_value(others, i)));
  }
  return result;
}

}  // namespace millrace::security

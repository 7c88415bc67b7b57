#include "rest/tls_context.h"

#include "base/java_number.h"
#include "rest/rest_log.h"
#include "security/tls_material.h"
#include "security/tls_options.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include <cstring>
#include <utility>

namespace millrace::rest {

namespace {

template <class T, void (*Free)(T*)>
struct Deleter {
  void operator()(T* object) const { Free(object); }
};
using Bio = std::unique_ptr<BIO, Deleter<BIO, BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Deleter<X509, X509_free>>;
using PrivateKey = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY, EVP_PKEY_free>>;

Bio reader(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::vector<Certificate> certificates_of(const std::string& pem) {
  std::vector<Certificate> list;
  const Bio in = reader(pem);
  while (X509* one = PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr)) list.emplace_back(one);
  ERR_clear_error();  // the end of the text counts as one
  return list;
}

int give_password(char* room, int size, int /*to_write*/, void* password) {
  const auto* text = static_cast<const std::string*>(password);
  if (text == nullptr || text->size() > static_cast<std::size_t>(size)) return 0;
  std::memcpy(room, text->data(), text->size());
  return static_cast<int>(text->size());
}

Result<void> use_key(SSL_CTX* context, const security::TlsMaterial& material,
                     const HttpsSettings& settings) {
  const auto wrong = [&settings](const std::string& problem) {
    return Error{ErrorCode::invalid_config, "setting '" + settings.prefix + problem};
  };
  if (material.key.empty()) {
    return wrong("ssl.keystore.location' is missing: an https listener needs a key");
  }
  const Bio in = reader(material.key);
  std::string password = material.key_password.value_or("");
  const PrivateKey key(
      PEM_read_bio_PrivateKey(in.get(), nullptr, &give_password, static_cast<void*>(&password)));
  ERR_clear_error();
  if (!key) {
    return wrong(material.key_password
                     ? "ssl.key.password' does not open the private key, or that is damaged"
                     : "ssl.key.password' is missing, or the private key is damaged");
  }
  const std::vector<Certificate> chain = certificates_of(material.chain);
  if (chain.empty() || SSL_CTX_use_certificate(context, chain.front().get()) != 1) {
    ERR_clear_error();
    return wrong("ssl.keystore.location' holds no certificate that OpenSSL can use");
  }
  for (std::size_t i = 1; i < chain.size(); ++i) SSL_CTX_add1_chain_cert(context, chain[i].get());
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1) {
    ERR_clear_error();
    return wrong("ssl.keystore.location' holds a private key that does not fit its certificate");
  }
  return {};
}

/// Whom clients' certificates are held against, and who signs them as servers tell.
Result<void> trust(SSL_CTX* context, const security::TlsMaterial& material,
                   security::ClientAuth auth) {
  if (auth == security::ClientAuth::none) return {};
  SSL_CTX_set_verify(context,
                     auth == security::ClientAuth::required
                         ? SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT
                         : SSL_VERIFY_PEER,
                     nullptr);
  if (material.trusted.empty()) {
    SSL_CTX_set_default_verify_paths(context);
    return {};
  }
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);  // in Java's stores anyone may be trusted
  for (const Certificate& one : certificates_of(material.trusted)) {
    X509_STORE_add_cert(store, one.get());
    SSL_CTX_add_client_CA(context, one.get());
  }
  ERR_clear_error();
  return {};
}

/// "CN=connect.example, until Nov 25 12:00:00 2027 GMT"
std::string description(SSL_CTX* context) {
  const X509* certificate = SSL_CTX_get0_certificate(context);
  const Bio out(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(out.get(), X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253);
  BIO_puts(out.get(), ", until ");
  ASN1_TIME_print(out.get(), X509_get0_notAfter(certificate));
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

bool expired(SSL_CTX* context) {
  return X509_cmp_current_time(X509_get0_notAfter(SSL_CTX_get0_certificate(context))) < 0;
}

}  // namespace

void TlsSessionDeleter::operator()(ssl_st* session) const { SSL_free(session); }
void TlsContext::ContextDeleter::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }

TlsContext::TlsContext(HttpsSettings settings, std::chrono::milliseconds look_every)
    : settings_(std::move(settings)), look_every_(look_every) {}
TlsContext::~TlsContext() = default;

Result<std::unique_ptr<TlsContext>> TlsContext::open(HttpsSettings settings,
                                                     std::chrono::milliseconds look_every) {
  std::unique_ptr<TlsContext> made(new TlsContext(std::move(settings), look_every));
  for (const std::string_view key : {"ssl.keystore.location", "ssl.truststore.location"}) {
    const std::string path(java_trim(made->settings_.ssl.get_or(key, "")));
    if (!path.empty()) made->files_.push_back(path);
  }
  MILLRACE_TRY(made->load());
  made->looked_ = std::chrono::steady_clock::now();
  rest_logger().info("https shows the certificate of {}", description(made->context_.get()));
  if (expired(made->context_.get())) rest_logger().warn("the certificate of https is out of date");
  return made;
}

Result<void> TlsContext::load() {
  identities_.clear();  // before the files are read: what changes meanwhile counts as a change
  for (const std::string& file : files_) identities_.emplace_back(file);
  const Result<security::TlsMaterial> material =
      security::read_tls_material(settings_.ssl, settings_.prefix);
  if (!material) return material.error();
  const Result<security::TlsOptions> options =
      security::read_tls_options(settings_.ssl, settings_.prefix);
  if (!options) return options.error();
  Context context(SSL_CTX_new(TLS_server_method()));
  if (!context) return Error{ErrorCode::fatal, "OpenSSL has no memory for a TLS context"};
  MILLRACE_TRY(security::apply(*options, context.get()));
  MILLRACE_TRY(use_key(context.get(), *material, settings_));
  MILLRACE_TRY(trust(context.get(), *material, options->client_auth));
  context_ = std::move(context);
  return {};
}

void TlsContext::follow_files() {
  const auto now = std::chrono::steady_clock::now();
  if (now - looked_ < look_every_) return;
  looked_ = now;
  std::vector<security::FileIdentity> current;
  for (const std::string& file : files_) current.emplace_back(file);
  if (current == identities_) return;
  if (const Result<void> loaded = load(); !loaded) {
    return rest_logger().warn(
        "the files of https have changed and are of no use, so the certificate stays: {}",
        loaded.error().message());
  }
  rest_logger().info("the files of https have changed: it shows the certificate of {}",
                     description(context_.get()));
}

TlsSession TlsContext::accept() {
  follow_files();
  TlsSession session(SSL_new(context_.get()));
  if (session) SSL_set_accept_state(session.get());
  return session;
}

}  // namespace millrace::rest

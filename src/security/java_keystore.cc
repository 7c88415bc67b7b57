#include "security/java_keystore.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <cstdint>
#include <memory>

namespace millrace::security {

namespace {

constexpr std::uint32_t magic = 0xfeedfeed;
constexpr std::size_t digest_size = 20;  // SHA-1, in the check as in the key's protection

Error broken(std::string_view what) {
  return Error{ErrorCode::invalid_config, "the JKS key store " + std::string(what)};
}

/// UTF-8 to the UTF-16BE that Java hashes.
std::string utf16(std::string_view text) {
  std::string result;
  const auto unit = [&result](std::uint32_t code) {
    result += static_cast<char>(code >> 8);
    result += static_cast<char>(code);
  };
  for (std::size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i++]);
    std::uint32_t code = first;
    int more = 0;
    if (first >= 0xf0) {
      code = first & 0x07U;
      more = 3;
    } else if (first >= 0xe0) {
      code = first & 0x0fU;
      more = 2;
    } else if (first >= 0xc0) {
      code = first & 0x1fU;
      more = 1;
    }
    for (; more > 0 && i < text.size(); --more)
      code = (code << 6) | (static_cast<unsigned char>(text[i++]) & 0x3fU);
    if (code >= 0x10000) {
      unit(0xd800 + ((code - 0x10000) >> 10));
      unit(0xdc00 + ((code - 0x10000) & 0x3ff));
    } else {
      unit(code);
    }
  }
  return result;
}

std::string sha1(std::string_view a, std::string_view b, std::string_view c = {}) {
  std::string digest(digest_size, '\0');
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  EVP_DigestInit_ex(context.get(), EVP_sha1(), nullptr);
  for (const std::string_view part : {a, b, c})
    EVP_DigestUpdate(context.get(), part.data(), part.size());
  EVP_DigestFinal_ex(context.get(), reinterpret_cast<unsigned char*>(digest.data()), nullptr);
  return digest;
}

/// Big-endian numbers and counted texts; ok() turns false at the first one that is not there.
class Reader {
 public:
  explicit Reader(std::string_view rest) : rest_(rest) {}
  std::uint64_t number(std::size_t size) {
    std::uint64_t value = 0;
    for (const char c : take(size)) value = (value << 8) | static_cast<unsigned char>(c);
    return value;
  }
  std::string_view text() { return take(number(2)); }
  std::string_view bytes() { return take(number(4)); }
  std::string_view take(std::size_t size) {
    if (size > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] std::size_t left() const { return rest_.size(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

/// Sun's protection: the key is mixed with a chain of digests that begins with the salt.
Result<std::string> unprotect(std::string_view info, const std::string& password) {
  const auto* data = reinterpret_cast<const unsigned char*>(info.data());
  const std::unique_ptr<X509_SIG, decltype(&X509_SIG_free)> sealed(
      d2i_X509_SIG(nullptr, &data, static_cast<long>(info.size())), &X509_SIG_free);
  if (!sealed) return broken("holds a key of an unknown form");
  const ASN1_OCTET_STRING* content = nullptr;
  X509_SIG_get0(sealed.get(), nullptr, &content);
  const std::string_view all(reinterpret_cast<const char*>(ASN1_STRING_get0_data(content)),
                             static_cast<std::size_t>(ASN1_STRING_length(content)));
  if (all.size() < 2 * digest_size) return broken("holds a key that is too short");
  const std::string_view check = all.substr(all.size() - digest_size);
  const std::string secret = utf16(password);
  std::string stream(all.substr(0, digest_size));
  std::string plain(all.substr(digest_size, all.size() - 2 * digest_size));
  for (std::size_t i = 0; i < plain.size(); ++i) {
    if (i % digest_size == 0) stream = sha1(secret, stream);
    plain[i] = static_cast<char>(plain[i] ^ stream[i % digest_size]);
  }
  if (sha1(secret, plain) != check) return broken("holds a key that its password does not open");
  return plain;
}

}  // namespace

Result<KeyStore> read_jks(std::string_view content, const std::optional<std::string>& password,
                          const std::optional<std::string>& key_password) {
  if (content.size() < digest_size + 12) return broken("is too short");
  const std::string_view body = content.substr(0, content.size() - digest_size);
  Reader reader(body);
  if (reader.number(4) != magic) return broken("does not begin as one");
  const std::uint64_t version = reader.number(4);
  if (version != 2) return broken("has version " + std::to_string(version) + ", only 2 is known");
  if (password && sha1(utf16(*password), "Mighty Aphrodite", body) != content.substr(body.size())) {
    return broken("was tampered with, or the password is wrong");
  }
  KeyStore store;
  for (std::uint64_t count = reader.number(4); count > 0 && reader.ok(); --count) {
    const std::uint64_t tag = reader.number(4);
    reader.text();     // alias
    reader.number(8);  // when it was made
    const auto certificate = [&reader] {
      reader.text();  // "X.509"
      return std::string(reader.bytes());
    };
    if (tag == 2) {
      store.trusted.push_back(certificate());
    } else if (tag == 1) {
      const std::string_view info = reader.bytes();
      KeyStore::Key key;
      for (std::uint64_t chain = reader.number(4); chain > 0 && reader.ok(); --chain) {
        key.chain.push_back(certificate());
      }
      if (!key_password || !reader.ok()) continue;
      Result<std::string> plain = unprotect(info, *key_password);
      if (!plain) return plain.error();
      key.pkcs8 = std::move(*plain);
      store.keys.push_back(std::move(key));
    } else {
      return broken("holds an entry of unknown type " + std::to_string(tag));
    }
  }
  if (!reader.ok() || reader.left() != 0) return broken("is cut off or damaged");
  return store;
}

Result<KeyStore> read_key_store(std::string_view content,
                                const std::optional<std::string>& password,
                                const std::optional<std::string>& key_password) {
  if (content.starts_with("\xfe\xed\xfe\xed")) return read_jks(content, password, key_password);
  if (content.starts_with('\x30')) return read_pkcs12(content, password);
  return Error{ErrorCode::invalid_config, "the key store is neither JKS nor PKCS12"};
}

std::string to_pem(std::string_view label, std::string_view der) {
  constexpr std::size_t line = 64;
  std::string base64(4 * ((der.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(base64.data()),
                                   reinterpret_cast<const unsigned char*>(der.data()),
                                   static_cast<int>(der.size()));
  base64.resize(static_cast<std::size_t>(size));
  std::string pem = "-----BEGIN " + std::string(label) + "-----\n";
  for (std::size_t i = 0; i < base64.size(); i += line) pem += base64.substr(i, line) + "\n";
  return pem + "-----END " + std::string(label) + "-----\n";
}

}  // namespace millrace::security

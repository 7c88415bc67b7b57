#include "peers/signature.h"

#include "base/ascii.h"
#include "base/base64.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace millrace::peers {

namespace {

struct Algorithm {
  std::string_view name;
  const EVP_MD* (*digest)();
  std::size_t key_bytes;
};
/// Java makes keys as long as the digest's block where that is 64 bytes, else as its result.
constexpr std::array<Algorithm, 6> algorithms = {{{"HmacMD5", &EVP_md5, 64},
                                                  {"HmacSHA1", &EVP_sha1, 64},
                                                  {"HmacSHA224", &EVP_sha224, 28},
                                                  {"HmacSHA256", &EVP_sha256, 32},
                                                  {"HmacSHA384", &EVP_sha384, 48},
                                                  {"HmacSHA512", &EVP_sha512, 64}}};

/// Null: there is none. Java does not look at the case of such names.
const Algorithm* find(std::string_view name) {
  const auto it = std::ranges::find_if(algorithms, [name](const Algorithm& algorithm) {
    return ascii::same_ignoring_case(algorithm.name, name);
  });
  return it == algorithms.end() ? nullptr : &*it;
}

std::string mac_of(const Algorithm& algorithm, std::string_view key, std::string_view body) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac;
  unsigned int size = 0;
  HMAC(algorithm.digest(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(body.data()), body.size(), mac.data(), &size);
  return {reinterpret_cast<const char*>(mac.data()), size};
}

}  // namespace

bool known_algorithm(std::string_view algorithm) { return find(algorithm) != nullptr; }

std::size_t default_key_bytes(std::string_view algorithm) {
  const Algorithm* found = find(algorithm);
  return found == nullptr ? 0 : found->key_bytes;
}

Result<Signature> sign(std::string_view algorithm, std::string_view key, std::string_view body) {
  const Algorithm* found = find(algorithm);
  if (found == nullptr) {
    return Error{ErrorCode::invalid_config,
                 "the signature algorithm '" + std::string(algorithm) + "' is not known"};
  }
  Signature signature{{}, std::string(algorithm)};
  append_base64(signature.mac, mac_of(*found, key, body));
  return signature;
}

Verdict verify(const Signature& signature, std::string_view key, std::string_view body) {
  const Algorithm* found = find(signature.algorithm);
  if (found == nullptr) return Verdict::unknown_algorithm;
  const std::optional<std::string> given = decode_base64(signature.mac);
  if (!given) return Verdict::bad_base64;
  const std::string right = mac_of(*found, key, body);
  const bool same = given->size() == right.size() &&
                    CRYPTO_memcmp(given->data(), right.data(), right.size()) == 0;
  return same ? Verdict::valid : Verdict::wrong;
}

std::string random_key(std::size_t bytes) {
  std::string key(bytes, '\0');
  // Without randomness there is no safe way to go on.
  if (RAND_priv_bytes(reinterpret_cast<unsigned char*>(key.data()), static_cast<int>(bytes)) != 1) {
    std::abort();
  }
  return key;
}

}  // namespace millrace::peers

#include "group/sasl.h"

#include "base/base64.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>
#include <charconv>
#include <optional>

namespace millrace::group {

namespace {

constexpr int fewest_iterations = 4096;
constexpr int most_iterations = 1'000'000;  // a server must not keep us busy for ever

Error refused(std::string_view problem) {
  return Error{ErrorCode::fatal, "org.apache.kafka.common.errors.SaslAuthenticationException",
               fmt::format("the login failed: {}", problem)};
}

std::string to_base64(std::string_view bytes) {
  std::string text;
  append_base64(text, bytes);
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::string bytes(text.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  if (size < 0) return std::nullopt;
  std::size_t padding = 0;
  while (text.ends_with('=') && padding < 2) {
    text.remove_suffix(1);
    ++padding;
  }
  bytes.resize(static_cast<std::size_t>(size) - std::min<std::size_t>(padding, size));
  return bytes;
}

class Plain final : public SaslClient {
 public:
  explicit Plain(Credentials credentials) : credentials_(std::move(credentials)) {}
  std::string first() override {
    done_ = true;
    return '\0' + credentials_.username + '\0' + credentials_.password;
  }
  Result<std::string> next(std::string_view /*server*/) override { return std::string(); }
  [[nodiscard]] bool done() const override { return done_; }

 private:
  const Credentials credentials_;
  bool done_ = false;
};

class Bearer final : public SaslClient {
 public:
  explicit Bearer(Credentials credentials) : credentials_(std::move(credentials)) {}
  std::string first() override {
    std::string text =
        "n,,\x01"
        "auth=Bearer " +
        credentials_.token;
    for (const auto& [key, value] : credentials_.extensions) text += "\x01" + key + "=" + value;
    return text + "\x01\x01";
  }
  Result<std::string> next(std::string_view server) override {
    if (server.empty()) {
      done_ = true;
      return std::string();
    }
    if (asked_) return refused(fmt::format("the token is refused: {}", server));
    asked_ = true;  // the server says why, and wants to hear that we have read it
    return std::string("\x01");
  }
  [[nodiscard]] bool done() const override { return done_; }

 private:
  const Credentials credentials_;
  bool asked_ = false;
  bool done_ = false;
};

/// Names in SCRAM messages: "=" and "," have a form of their own.
std::string escaped(std::string_view name) {
  std::string text;
  for (const char c : name) text += c == '=' ? "=3D" : c == ',' ? "=2C" : std::string(1, c);
  return text;
}

/// The value of "k=value" among the comma-separated parts.
std::optional<std::string_view> part(std::string_view message, char key) {
  while (!message.empty()) {
    const std::size_t end = std::min(message.find(','), message.size());
    const std::string_view one = message.substr(0, end);
    if (one.size() >= 2 && one[0] == key && one[1] == '=') return one.substr(2);
    message.remove_prefix(std::min(end + 1, message.size()));
  }
  return std::nullopt;
}

class Scram final : public SaslClient {
 public:
  Scram(Credentials credentials, const EVP_MD* hash, std::string nonce)
      : credentials_(std::move(credentials)), hash_(hash), nonce_(std::move(nonce)) {}

  std::string first() override {
    first_bare_ = "n=" + escaped(credentials_.username) + ",r=" + nonce_;
    return "n,," + first_bare_;
  }

  Result<std::string> next(std::string_view server) override {
    if (const auto error = part(server, 'e')) return refused(*error);
    return proof_.empty() ? prove(server) : check(server);
  }
  [[nodiscard]] bool done() const override { return done_; }

 private:
  Result<std::string> prove(std::string_view server) {
    const auto nonce = part(server, 'r');
    const auto salt_text = part(server, 's');
    const auto count = part(server, 'i');
    const std::optional<std::string> salt = from_base64(salt_text.value_or("?"));
    int iterations = 0;
    if (!nonce || !salt || !count ||
        std::from_chars(count->data(), count->data() + count->size(), iterations).ptr !=
            count->data() + count->size()) {
      return refused("the broker's first message is malformed");
    }
    if (!nonce->starts_with(nonce_) || nonce->size() == nonce_.size()) {
      return refused("the broker's nonce is not made of ours");
    }
    if (iterations < fewest_iterations || iterations > most_iterations) {
      return refused(fmt::format("the broker asks for {} iterations, allowed are {} to {}",
                                 iterations, fewest_iterations, most_iterations));
    }
    std::string salted(size(), '\0');
    PKCS5_PBKDF2_HMAC(credentials_.password.data(), static_cast<int>(credentials_.password.size()),
                      reinterpret_cast<const unsigned char*>(salt->data()),
                      static_cast<int>(salt->size()), iterations, hash_,
                      static_cast<int>(salted.size()), bytes(salted));
    const std::string client_key = mac(salted, "Client Key");
    const std::string without_proof = "c=biws,r=" + std::string(*nonce);
    const std::string all = first_bare_ + "," + std::string(server) + "," + without_proof;
    std::string proof = mac(digest(client_key), all);
    for (std::size_t i = 0; i < proof.size(); ++i) {
      proof[i] = static_cast<char>(proof[i] ^ client_key[i]);
    }
    server_signature_ = mac(mac(salted, "Server Key"), all);
    proof_ = to_base64(proof);
    return without_proof + ",p=" + proof_;
  }

  Result<std::string> check(std::string_view server) {
    const std::optional<std::string> signature = from_base64(part(server, 'v').value_or("?"));
    if (!signature || signature->size() != server_signature_.size() ||
        CRYPTO_memcmp(signature->data(), server_signature_.data(), signature->size()) != 0) {
      return refused("the broker does not know the password itself");
    }
    done_ = true;
    return std::string();
  }

  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(EVP_MD_size(hash_)); }
  static unsigned char* bytes(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
  }
  [[nodiscard]] std::string mac(const std::string& key, std::string_view text) const {
    std::string result(size(), '\0');
    HMAC(hash_, key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), bytes(result), nullptr);
    return result;
  }
  [[nodiscard]] std::string digest(std::string_view text) const {
    std::string result(size(), '\0');
    EVP_Digest(text.data(), text.size(), bytes(result), nullptr, hash_, nullptr);
    return result;
  }

  const Credentials credentials_;
  const EVP_MD* const hash_;
  const std::string nonce_;
  std::string first_bare_;
  std::string proof_;
  std::string server_signature_;
  bool done_ = false;
};

std::string random_nonce() {
  std::array<unsigned char, 24> random{};
  RAND_bytes(random.data(), static_cast<int>(random.size()));
  return to_base64({reinterpret_cast<const char*>(random.data()), random.size()});
}

}  // namespace

Result<std::unique_ptr<SaslClient>> SaslClient::make(Credentials credentials, std::string nonce) {
  if (nonce.empty()) nonce = random_nonce();
  const std::string& mechanism = credentials.mechanism;
  std::unique_ptr<SaslClient> made;
  if (mechanism == "PLAIN") {
    made = std::make_unique<Plain>(std::move(credentials));
  } else if (mechanism == "OAUTHBEARER") {
    made = std::make_unique<Bearer>(std::move(credentials));
  } else if (mechanism == "SCRAM-SHA-256") {
    made = std::make_unique<Scram>(std::move(credentials), EVP_sha256(), std::move(nonce));
  } else if (mechanism == "SCRAM-SHA-512") {
    made = std::make_unique<Scram>(std::move(credentials), EVP_sha512(), std::move(nonce));
  } else {
    return Error{ErrorCode::invalid_config,
                 fmt::format("setting 'sasl.mechanism' = '{}': workers of a group can log in with "
                             "PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 and OAUTHBEARER",
                             mechanism)};
  }
  return made;
}

}  // namespace millrace::group

#pragma once

#include "millrace/result.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::group {

/// What a login needs. Password and token are secrets.
struct Credentials {
  std::string mechanism;  ///< "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"
  std::string username;
  std::string password;
  std::string token;  ///< OAUTHBEARER
  std::vector<std::pair<std::string, std::string>> extensions;
};

/// The client's side of one login, message by message, without the transport. Pure but for SCRAM's
/// nonce.
/// Source: RFC 4616 (PLAIN), RFC 5802 (SCRAM), RFC 7628 (OAUTHBEARER).
class SaslClient {
 public:
  virtual ~SaslClient() = default;
  /// What is sent first.
  virtual std::string first() = 0;
  /// The answer to a message of the server. Once `done`, nothing is to be sent.
  /// Errors (fatal): the server refuses, or is not who it should be. No secret is in the text.
  virtual Result<std::string> next(std::string_view server) = 0;
  [[nodiscard]] virtual bool done() const = 0;

  /// nonce: empty: random; tests give theirs.
  /// Errors (invalid_config): a mechanism that we do not have.
  static Result<std::unique_ptr<SaslClient>> make(Credentials credentials, std::string nonce = {});
};

}  // namespace millrace::group

#pragma once

#include "kafka/settings.h"
#include "millrace/result.h"

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

struct rd_kafka_s;
struct rd_kafka_conf_s;

namespace millrace::kafka {

/// A bearer token for SASL/OAUTHBEARER.
struct Token {
  std::string text;
  std::string principal;
  std::chrono::system_clock::time_point expires;
};

/// An unsigned token from unsecuredLogin… options; for tests and trusted networks.
Result<Token> unsecured_token(const OauthSettings& settings,
                              std::chrono::system_clock::time_point now);
/// Asks the token endpoint, with the client's credentials. Blocks for at most 20 s.
/// Errors (retriable): no answer, or none with a token. The secret is not in the text.
Result<Token> fetch_token(const OauthSettings& settings, std::chrono::system_clock::time_point now);

/// Gives a client its tokens, when it asks for them, on a thread of librdkafka.
class TokenSource {
 public:
  explicit TokenSource(OauthSettings settings);
  ~TokenSource();
  TokenSource(const TokenSource&) = delete;
  TokenSource& operator=(const TokenSource&) = delete;
  void serve(rd_kafka_s* client);
  /// No token is asked for any more. Before the client is destroyed.
  void stop();

 private:
  const std::shared_ptr<const OauthSettings> settings_;
  rd_kafka_s* client_ = nullptr;
};

/// Before the client is made.
void prepare_tokens(rd_kafka_conf_s* conf);

}  // namespace millrace::kafka

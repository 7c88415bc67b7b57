#pragma once

#include "http/back_off.h"
#include "http/outcome.h"
#include "http/request.h"
#include "http/settings.h"

#include <chrono>
#include <optional>
#include <string>

namespace millrace::http {

/// The token of OAuth2's client credentials: fetched before the first request, again shortly
/// before it ends, and when an endpoint refuses it.
/// Threads: the task's.
class OAuthToken {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit OAuthToken(const AuthSettings& settings) : settings_(settings) {}

  [[nodiscard]] bool used() const { return settings_.type == AuthType::oauth2; }
  /// Whether a token has to be fetched before the next request.
  [[nodiscard]] bool needed(Time now) const { return used() && (!token_ || now >= ends_); }
  [[nodiscard]] const std::string& token() const { return *token_; }
  /// Whether a reply of this status asks for another token than `sent`.
  [[nodiscard]] bool refuses(int status) const {
    return used() && settings_.oauth2.renew_on.contains(status);
  }
  void forget() { token_.reset(); }

  /// The request for a token.
  void fill(Request& out) const;
  /// Takes the answer. Errors (retriable): it holds no token; without secrets.
  Result<void> take(const Outcome& outcome, Time now);

 private:
  const AuthSettings& settings_;
  std::optional<std::string> token_;
  Time ends_;
};

}  // namespace millrace::http

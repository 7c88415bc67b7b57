#pragma once

#include "group/loop.h"
#include "kafka/oauth.h"
#include "millrace/result.h"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace millrace::group {

/// Bearer tokens for SASL/OAUTHBEARER. One serves for most of its life; fetching a new one blocks a
/// thread of its own, never the loop. Belongs to the loop's thread.
class Tokens {
 public:
  Tokens(const std::shared_ptr<Loop>& loop, kafka::OauthSettings settings);
  /// got: called on the loop, maybe at once; not at all when this has gone meanwhile.
  void get(std::function<void(Result<kafka::Token>)> got);
  /// The broker did not take it: the next one is a new one.
  void forget() { token_.reset(); }

 private:
  void keep(const Result<kafka::Token>& token, std::chrono::system_clock::time_point asked);

  const std::weak_ptr<Loop> loop_;  // a thread that fetches may outlive it
  const std::shared_ptr<const kafka::OauthSettings> settings_;
  std::optional<kafka::Token> token_;
  std::chrono::system_clock::time_point use_until_;
  const std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace millrace::group

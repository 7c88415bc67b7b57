#include "group/tokens.h"

#include "base/thread.h"

#include <boost/asio/post.hpp>

#include <utility>

namespace millrace::group {

using Wall = std::chrono::system_clock;

Tokens::Tokens(const std::shared_ptr<Loop>& loop, kafka::OauthSettings settings)
    : loop_(loop), settings_(std::make_shared<const kafka::OauthSettings>(std::move(settings))) {}

void Tokens::get(std::function<void(Result<kafka::Token>)> got) {
  const Wall::time_point now = Wall::now();
  if (token_ && now < use_until_) return got(*token_);
  if (settings_->token_endpoint.empty()) {
    Result<kafka::Token> token = kafka::unsecured_token(*settings_, now);
    keep(token, now);
    return got(std::move(token));
  }
  start_thread("group-token", [this, loop = loop_, settings = settings_, now,
                               alive = std::weak_ptr<int>(alive_), got = std::move(got)]() mutable {
    Result<kafka::Token> token = kafka::fetch_token(*settings, now);
    const std::shared_ptr<Loop> still_there = loop.lock();
    if (!still_there) return;
    boost::asio::post(still_there->io(),
                      [this, now, alive, got = std::move(got), token = std::move(token)]() mutable {
                        if (alive.expired()) return;
                        keep(token, now);
                        got(std::move(token));
                      });
  }).detach();
}

void Tokens::keep(const Result<kafka::Token>& token, Wall::time_point asked) {
  if (!token) return;
  token_ = *token;
  use_until_ = asked + (token->expires - asked) * 4 / 5;
}

}  // namespace millrace::group

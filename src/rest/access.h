#pragma once

#include "config/header_rules.h"
#include "rest/basic_auth.h"
#include "rest/cors.h"
#include "rest/http.h"

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

namespace millrace::rest {

/// Who may use a listener, and what stands in each of its answers.
struct Access {
  std::shared_ptr<const BasicAuth> auth;  ///< null: everybody
  std::optional<Cors> cors;               ///< none: pages of other origins may not
  std::vector<config::HeaderRule> headers;

  /// The answer to those who may not; none: they may.
  [[nodiscard]] std::optional<Response> refuse(const Request& request) const;
  void add_headers(const Request& request, std::chrono::system_clock::time_point now,
                   NameValues& headers) const;
};

}  // namespace millrace::rest

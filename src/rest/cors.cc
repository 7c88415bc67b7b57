#include "rest/cors.h"

#include "config/cors_lists.h"

#include <algorithm>

namespace millrace::rest {

Result<Cors> Cors::make(std::string_view origins, std::string_view methods) {
  Cors cors;
  for (const std::string& origin : config::comma_parts(origins)) {
    if (origin == "*") {
      cors.all_ = true;
      continue;
    }
    Result<config::JavaRegex> pattern = config::JavaRegex::compile(origin);
    if (!pattern) return std::move(pattern.error());
    cors.origins_.push_back(*std::move(pattern));
  }
  for (const std::string& method : config::comma_parts(methods)) {
    cors.methods_ += (cors.methods_.empty() ? "" : ", ") + method;
  }
  if (cors.methods_.empty()) cors.methods_ = "GET, POST, HEAD";
  return cors;
}

bool Cors::admits(const std::string& origin) const {
  return all_ || std::ranges::any_of(origins_, [&origin](const config::JavaRegex& pattern) {
           const Result<bool> matches = pattern.matches(origin);
           return matches && *matches;
         });
}

void Cors::add_headers(const Request& request, NameValues& headers) const {
  headers.emplace_back("Vary", "Origin");
  const std::string* origin = request.header("Origin");
  if (origin == nullptr || !admits(*origin)) return;
  headers.emplace_back("Access-Control-Allow-Origin", *origin);
  const bool preflight =
      request.method == "OPTIONS" && request.header("Access-Control-Request-Method") != nullptr;
  if (!preflight) return;
  headers.emplace_back("Access-Control-Allow-Methods", methods_);
  headers.emplace_back("Access-Control-Allow-Headers", "Content-Type");
  headers.emplace_back("Access-Control-Max-Age", "60");
}

}  // namespace millrace::rest

#include "config/listener.h"

#include "base/ascii.h"

#include <algorithm>
#include <charconv>

namespace millrace::config {

namespace {

Error refused(std::string_view why) { return {ErrorCode::invalid_config, std::string(why)}; }

bool belongs_to_host(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         std::string_view("-%._:").find(c) != std::string_view::npos;
}

}  // namespace

Result<Listener> parse_listener(std::string_view text) {
  const Error format =
      refused("Listener doesn't have the right format (protocol://hostname:port).");
  const std::size_t slashes = text.rfind("://");
  const std::size_t colon = text.rfind(':');
  if (slashes == std::string_view::npos || colon < slashes + 3) return format;
  const std::string protocol = ascii::lower(text.substr(0, slashes));
  std::string_view host = text.substr(slashes + 3, colon - slashes - 3);
  if (host.starts_with('[')) host.remove_prefix(1);
  if (host.ends_with(']')) host.remove_suffix(1);
  const std::string_view digits = text.substr(colon + 1);
  int port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error == std::errc::invalid_argument || end != digits.data() + digits.size() ||
      !std::ranges::all_of(host, belongs_to_host)) {
    return format;
  }
  if (protocol != "http" && protocol != "https") {
    return refused("Listener protocol must be either \"http\" or \"https\".");
  }
  if (error != std::errc() || port < 0 || port > 65535) {
    return refused("Listener port must be between 0 and 65535.");
  }
  return Listener{protocol == "https", std::string(host), static_cast<std::uint16_t>(port)};
}

}  // namespace millrace::config

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace millrace::rest {

/// An address that the server listens on: "http://localhost:8083".
struct Listener {
  std::string protocol;    ///< "http" or "https"
  std::string host;        ///< without brackets; empty: all interfaces
  std::uint16_t port = 0;  ///< 0: any free one, until it is bound

  [[nodiscard]] std::string to_string() const;  ///< "http://[::1]:8083"
};

/// "[::1]:8083", "localhost:8083".
std::string host_and_port(const std::string& host, int port);

/// The settings rest.advertised.*.
struct AdvertisedSettings {
  std::optional<std::string> host_name;
  std::optional<int> port;
  std::optional<std::string> listener;  ///< a protocol
};

/// How other workers and clients reach this one.
struct Advertised {
  std::string url;        ///< "http://localhost:8083/"
  std::string worker_id;  ///< "localhost:8083"
};
/// bound: listeners with the ports that they got. An empty host is told as this machine's address.
Advertised advertise(std::span<const Listener> bound, const AdvertisedSettings& settings);

}  // namespace millrace::rest

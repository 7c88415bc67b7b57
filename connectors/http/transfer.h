#pragma once

#include "http/address_guard.h"
#include "http/outcome.h"
#include "http/request.h"
#include "http/settings.h"

#include <curl/curl.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

// Included by transfer.cc and transfers.cc alone: it shows libcurl.

namespace millrace::http {

/// One libcurl handle, and the request that it sends.
/// Threads: one.
class Transfer {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Transfer(const Settings& settings);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  /// Makes the handle ready to send `request`.
  void prepare(const std::string& bearer);
  /// What it came to, once libcurl is through with it or was made to end it.
  Outcome outcome(CURLcode code, bool silent);
  /// When the silence will have lasted too long; the far future where that cannot be.
  [[nodiscard]] Clock::time_point silent_until();

  CURL* handle() const { return handle_; }

  Request request;
  bool running = false;

 private:
  void set_up();
  void set_up_tls();
  void set_up_proxy();
  void set_target();
  void set_headers();
  void set_body();
  void header_line(std::string_view line);

  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  static int on_connected(void* self, char*, char*, int, int);

  const Settings& settings_;
  CURL* handle_;
  AddressGuard guard_;
  std::vector<curl_slist> header_nodes_;
  const Target* target_ = nullptr;  // that the handle is set to; kept alive by kept_target_
  std::shared_ptr<const Target> kept_target_;
  std::string method_;
  bool credentials_ = false;
  char error_[CURL_ERROR_SIZE] = {};

  // of the reply at hand
  bool connected_ = false;
  bool headers_done_ = false;
  bool chunked_ = false;
  bool too_long_ = false;
  std::size_t header_bytes_ = 0;
  Clock::time_point heard_;
  curl_off_t uploaded_ = 0;
  Outcome outcome_;
};

}  // namespace millrace::http

#include "http/transfer.h"

#include "http/header_list.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace millrace::http {

namespace {

/// As much of a reply as is read: what a retry flag needs, and much more.
constexpr std::size_t longest_body = std::size_t{1} << 20;
constexpr std::size_t longest_headers = std::size_t{256} << 10;

template <class T>
void set(CURL* handle, CURLoption option, T value) {
  curl_easy_setopt(handle, option, value);
}

void set_blob(CURL* handle, CURLoption option, const std::string& text) {
  // Copied, for handles outlive nothing here but the settings might move.
  curl_blob blob{const_cast<char*>(text.data()), text.size(), CURL_BLOB_COPY};
  curl_easy_setopt(handle, option, &blob);
}

/// Versions before 8.0 break a connection that carries HTTP/2 without TLS when they use it a second
/// time: "Error in the HTTP2 framing layer" (curl's issue 10634).
bool cannot_share_without_tls() {
  static const unsigned version = curl_version_info(CURLVERSION_NOW)->version_num;
  return version >= 0x075700 && version < 0x080000;
}

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  return text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
}

}  // namespace

Transfer::Transfer(const Settings& settings) : settings_(settings), handle_(curl_easy_init()) {
  set_up();
}

Transfer::~Transfer() { curl_easy_cleanup(handle_); }

/// What is the same for every request.
void Transfer::set_up() {
  const TransferSettings& settings = settings_.transfer;
  set(handle_, CURLOPT_NOSIGNAL, 1L);
  set(handle_, CURLOPT_ERRORBUFFER, error_);
  set(handle_, CURLOPT_PROTOCOLS_STR, "http,https");
  set(handle_, CURLOPT_FOLLOWLOCATION, 0L);  // redirects have rules of their own
  set(handle_, CURLOPT_QUICK_EXIT, 1L);      // a stop does not wait for a name server
  set(handle_, CURLOPT_HEADERFUNCTION, &Transfer::on_header);
  set(handle_, CURLOPT_HEADERDATA, this);
  set(handle_, CURLOPT_WRITEFUNCTION, &Transfer::on_body);
  set(handle_, CURLOPT_WRITEDATA, this);
  set(handle_, CURLOPT_PREREQFUNCTION, &Transfer::on_connected);
  set(handle_, CURLOPT_PREREQDATA, this);
  if (settings.deny_private) {
    guard_.deny_private = true;
    set(handle_, CURLOPT_OPENSOCKETFUNCTION, &open_guarded_socket);
    set(handle_, CURLOPT_OPENSOCKETDATA, &guard_);
  }
  constexpr long for_ever = 2'000'000'000;
  const auto limit = static_cast<long>(settings.connect_timeout.count());
  set(handle_, CURLOPT_CONNECTTIMEOUT_MS, limit == 0 ? for_ever : limit);
  set(handle_, CURLOPT_TIMEOUT_MS, static_cast<long>(settings.deadline.count()));
  if (settings.closes_connections) set(handle_, CURLOPT_FORBID_REUSE, 1L);
  set_up_tls();
  set_up_proxy();
}

void Transfer::set_up_tls() {
  const TlsFiles& tls = settings_.transfer.tls;
  if (!tls.trusted.empty()) set_blob(handle_, CURLOPT_CAINFO_BLOB, tls.trusted);
  if (!tls.chain.empty()) {
    set(handle_, CURLOPT_SSLCERTTYPE, "PEM");
    set_blob(handle_, CURLOPT_SSLCERT_BLOB, tls.chain);
    set_blob(handle_, CURLOPT_SSLKEY_BLOB, tls.key);
    if (!tls.key_password.empty()) set(handle_, CURLOPT_KEYPASSWD, tls.key_password.c_str());
  }
  if (!tls.check_host) set(handle_, CURLOPT_SSL_VERIFYHOST, 0L);
}

void Transfer::set_up_proxy() {
  const TransferSettings& settings = settings_.transfer;
  set(handle_, CURLOPT_PROXY, settings.proxy_host.c_str());  // empty: not the environment's either
  if (settings.proxy_host.empty()) return;
  set(handle_, CURLOPT_PROXYPORT, static_cast<long>(settings.proxy_port));
  set(handle_, CURLOPT_NOPROXY, "");
  set(handle_, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  if (!settings.proxy_user.empty()) {
    set(handle_, CURLOPT_PROXYUSERNAME, settings.proxy_user.c_str());
    set(handle_, CURLOPT_PROXYPASSWORD, settings.proxy_password.c_str());
  }
}

void Transfer::prepare(const std::string& bearer) {
  set_target();
  set_headers();
  set_body();
  const AuthSettings& auth = settings_.auth;
  if (auth.type == AuthType::basic || !bearer.empty() || credentials_) {
    credentials_ = request.credentials && (auth.type == AuthType::basic || !bearer.empty());
    set(handle_, CURLOPT_HTTPAUTH,
        !credentials_    ? CURLAUTH_NONE
        : bearer.empty() ? CURLAUTH_BASIC
                         : CURLAUTH_BEARER);
    const bool basic = credentials_ && bearer.empty();
    set(handle_, CURLOPT_USERNAME, basic ? auth.user.c_str() : nullptr);
    set(handle_, CURLOPT_PASSWORD, basic ? auth.password.c_str() : nullptr);
    set(handle_, CURLOPT_XOAUTH2_BEARER,
        credentials_ && !bearer.empty() ? bearer.c_str() : nullptr);
  }
  connected_ = headers_done_ = chunked_ = too_long_ = false;
  header_bytes_ = 0;
  uploaded_ = 0;
  error_[0] = '\0';
  guard_.refused.clear();
  outcome_ = {};
}

/// Path and query go out as they are: libcurl would encode, or refuse, some of what may be in them.
void Transfer::set_target() {
  if (request.target.get() == target_) return;
  kept_target_ = request.target;
  target_ = kept_target_.get();
  set(handle_, CURLOPT_URL, (target_->origin + "/").c_str());
  const bool whole = target_->scheme == "http" && !settings_.transfer.proxy_host.empty();
  set(handle_, CURLOPT_REQUEST_TARGET, whole ? target_->url().c_str() : target_->path.c_str());
  using Version = TransferSettings::Version;
  const Version version = settings_.transfer.version;
  const bool tls = target_->scheme == "https";
  set(handle_, CURLOPT_HTTP_VERSION,
      version == Version::http11 || (!tls && version == Version::any) ? CURL_HTTP_VERSION_1_1
      : tls                                                           ? CURL_HTTP_VERSION_2TLS
            : CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE);
  if (version == Version::http11) return;
  const bool alone = !tls && cannot_share_without_tls();
  set(handle_, CURLOPT_PIPEWAIT, alone ? 0L : 1L);
  set(handle_, CURLOPT_FRESH_CONNECT, alone ? 1L : 0L);
  set(handle_, CURLOPT_FORBID_REUSE, alone || settings_.transfer.closes_connections ? 1L : 0L);
}

/// libcurl writes Host first, and adds headers that nobody wants here. A line that ends in its
/// colon takes one of its own away; a second Host is then written where it stands.
void Transfer::set_headers() {
  static const char* const without[] = {"Host:", "Expect:", "Accept:", "Content-Type:"};
  header_nodes_.clear();
  header_nodes_.reserve(request.headers.lines().size() + 4);
  const auto add = [this](const char* line) {
    header_nodes_.push_back({const_cast<char*>(line), nullptr});
  };
  add(without[0]);
  add(without[1]);
  bool accept = false;
  bool type = false;
  for (const HeaderLines::Line& line : request.headers.lines()) {
    accept = accept || same_name(request.headers.name(line), "Accept");
    type = type || same_name(request.headers.name(line), "Content-Type");
    add(request.headers.text(line));
  }
  if (!accept) add(without[2]);
  if (!type) add(without[3]);
  for (std::size_t i = 0; i + 1 < header_nodes_.size(); ++i) {
    header_nodes_[i].next = &header_nodes_[i + 1];
  }
  set(handle_, CURLOPT_HTTPHEADER, header_nodes_.data());
}

void Transfer::set_body() {
  const std::string kind = request.method + (request.has_body ? "+" : "-");
  if (kind != method_) {
    method_ = kind;
    set(handle_, request.has_body ? CURLOPT_POST : CURLOPT_HTTPGET, 1L);
    set(handle_, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
  if (!request.has_body) return;
  set(handle_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  set(handle_, CURLOPT_POSTFIELDS, request.body.c_str());
}

Transfer::Clock::time_point Transfer::silent_until() {
  const Milliseconds limit = settings_.transfer.read_timeout;
  if (!connected_ || limit.count() <= 0) return Clock::time_point::max();
  if (heard_ + limit <= Clock::now()) {  // is it still taking what we send?
    curl_off_t uploaded = 0;
    curl_easy_getinfo(handle_, CURLINFO_SIZE_UPLOAD_T, &uploaded);
    if (uploaded != std::exchange(uploaded_, uploaded)) heard_ = Clock::now();
  }
  return heard_ + limit;
}

Outcome Transfer::outcome(CURLcode code, bool silent) {
  using Kind = Outcome::Kind;
  // With TLS 1.3 we are refused only after our own part of the handshake is over.
  if (code == CURLE_RECV_ERROR &&
      std::string_view(error_).find("alert") != std::string_view::npos) {
    connected_ = false;
  }
  outcome_.kind = headers_done_ ? Kind::replied
                  : connected_  ? Kind::no_status_line
                                : Kind::not_connected;
  // Fewer bytes than announced count as they are; a break, or chunks without an end, do not.
  outcome_.cut_short =
      silent || too_long_ || (code != CURLE_OK && (code != CURLE_PARTIAL_FILE || chunked_));
  if (silent) {
    outcome_.problem =
        "nothing was heard for " + std::to_string(settings_.transfer.read_timeout.count()) + " ms";
  } else if (too_long_) {
    outcome_.problem = headers_done_
                           ? "the reply is longer than " + std::to_string(longest_body) + " bytes"
                           : "the reply's headers are too long";
  } else if (!guard_.refused.empty() && code != CURLE_OK) {
    outcome_.problem = "address " + guard_.refused + " is private, which url.deny.private refuses";
  } else if (code != CURLE_OK) {
    outcome_.problem = error_[0] != '\0' ? error_ : curl_easy_strerror(code);
  }
  return std::move(outcome_);
}

void Transfer::header_line(std::string_view line) {
  if (line.starts_with("HTTP/")) {
    const std::size_t blank = std::min(line.find(' '), line.size());
    const std::string_view rest = trimmed(line.substr(blank));
    outcome_ = {};
    chunked_ = false;
    std::from_chars(rest.data(), rest.data() + rest.size(), outcome_.status);
    return;
  }
  if (trimmed(line).empty()) {
    headers_done_ = outcome_.status >= 200 || outcome_.status == 101;
    return;
  }
  const std::size_t colon = std::min(line.find(':'), line.size());
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = trimmed(line.substr(std::min(colon + 1, line.size())));
  if (same_name(name, "Location")) {
    outcome_.location = value;
  } else if (same_name(name, "Retry-After")) {
    outcome_.retry_after = value;
  } else if (same_name(name, "Transfer-Encoding")) {
    chunked_ = true;
  }
}

std::size_t Transfer::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  transfer.heard_ = Clock::now();
  transfer.header_bytes_ += size * count;
  if (transfer.header_bytes_ > longest_headers) {
    transfer.too_long_ = true;
    return 0;
  }
  if (!transfer.headers_done_)
    transfer.header_line({data, size * count});  // not those of a trailer
  return size * count;
}

std::size_t Transfer::on_body(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  transfer.heard_ = Clock::now();
  std::string& body = transfer.outcome_.body;
  const std::size_t room = longest_body - body.size();
  body.append(data, std::min(room, size * count));
  if (size * count <= room) return size * count;
  transfer.too_long_ = true;
  return 0;
}

int Transfer::on_connected(void* self, char* /*remote*/, char* /*local*/, int /*remote_port*/,
                           int /*local_port*/) {
  auto& transfer = *static_cast<Transfer*>(self);
  transfer.connected_ = true;
  transfer.heard_ = Clock::now();
  return CURL_PREREQFUNC_OK;
}

}  // namespace millrace::http

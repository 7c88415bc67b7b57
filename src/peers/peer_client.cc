#include "peers/peer_client.h"

#include "base/ascii.h"
#include "base/mutex.h"
#include "peers/peer_tls.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <optional>
#include <set>
#include <string_view>

namespace millrace::peers {

namespace {

/// More than any worker has to say; a broken one must not eat the memory.
constexpr std::size_t largest_answer = 64 << 20;

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* handle) const {
    Free(handle);
  }
};
using Easy = std::unique_ptr<CURL, Deleter<curl_easy_cleanup>>;
using Multi = std::unique_ptr<CURLM, Deleter<curl_multi_cleanup>>;
using Headers = std::unique_ptr<curl_slist, Deleter<curl_slist_free_all>>;

template <class T>
void set(const Easy& handle, CURLoption option, T value) {
  curl_easy_setopt(handle.get(), option, value);
}

void set_blob(const Easy& handle, CURLoption option, const std::string& text) {
  curl_blob blob{const_cast<char*>(text.data()), text.size(), CURL_BLOB_NOCOPY};
  curl_easy_setopt(handle.get(), option, &blob);
}

std::size_t collect(char* data, std::size_t, std::size_t size, void* answer) {
  auto& text = *static_cast<std::string*>(answer);
  if (text.size() + size > largest_answer) return CURL_WRITEFUNC_ERROR;
  text.append(data, size);
  return size;
}

CURLcode limit_tls(CURL*, void* context, void* options) {
  const auto& limits = *static_cast<const security::TlsOptions*>(options);
  return security::apply(limits, static_cast<ssl_ctx_st*>(context)) ? CURLE_OK : CURLE_SSL_CIPHER;
}

/// Without user and query: what may be shown.
std::string shown(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  const std::size_t scheme = url.find("://");
  const std::size_t host = scheme == std::string_view::npos ? 0 : scheme + 3;
  const std::size_t path = std::min(url.find('/', host), url.size());
  const std::size_t user = url.substr(0, path).rfind('@');
  if (user == std::string_view::npos || user < host) return std::string(url);
  return std::string(url.substr(0, host)) + std::string(url.substr(user + 1));
}

bool names(const PeerRequest& request, std::string_view header) {
  return std::ranges::any_of(request.headers, [header](const auto& one) {
    return ascii::same_ignoring_case(one.first, header);
  });
}

Headers headers_of(const PeerRequest& request) {
  Headers list;
  const auto add = [&list](const std::string& line) {
    curl_slist* longer = curl_slist_append(list.get(), line.c_str());
    if (longer == nullptr) return;  // no memory
    static_cast<void>(list.release());
    list.reset(longer);
  };
  for (const std::string_view name : {"Accept", "Content-Type"}) {
    if (!names(request, name)) add(std::string(name) + ": application/json");
  }
  add("Expect:");  // nobody needs to be asked before the body comes
  for (const auto& [name, value] : request.headers) {
    add(value.empty() ? name + ";" : name + ": " + value);
  }
  return list;
}

/// What is the same for every request.
void set_up(const Easy& handle) {
  set(handle, CURLOPT_NOSIGNAL, 1L);
  set(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  set(handle, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
  set(handle, CURLOPT_PROXY, "");  // not the environment's either
  set(handle, CURLOPT_FOLLOWLOCATION, 0L);
  set(handle, CURLOPT_FORBID_REUSE, 1L);
  set(handle, CURLOPT_PATH_AS_IS, 1L);  // a connector may be called ".."
  set(handle, CURLOPT_QUICK_EXIT, 1L);  // a stop does not wait for a name server
  set(handle, CURLOPT_USERAGENT, "kafka-connect");
  set(handle, CURLOPT_WRITEFUNCTION, &collect);
}

void use(const Easy& handle, const PeerTls& tls) {
  const security::TlsMaterial& material = tls.material;
  if (!material.trusted.empty()) {
    set_blob(handle, CURLOPT_CAINFO_BLOB, material.trusted);
    set(handle, CURLOPT_CAPATH, nullptr);
  }
  if (!material.key.empty()) {
    set_blob(handle, CURLOPT_SSLCERT_BLOB, material.chain);
    set_blob(handle, CURLOPT_SSLKEY_BLOB, material.key);
    // Also when there is none: OpenSSL would ask for it on the terminal.
    set(handle, CURLOPT_KEYPASSWD, material.key_password.value_or("").c_str());
  }
  if (!tls.check_host) set(handle, CURLOPT_SSL_VERIFYHOST, 0L);
  set(handle, CURLOPT_SSL_CTX_FUNCTION, &limit_tls);
  set(handle, CURLOPT_SSL_CTX_DATA, &tls.options);
}

void use(const Easy& handle, const PeerRequest& request) {
  set(handle, CURLOPT_URL, request.url.c_str());
  const bool posts = !request.body.empty() || request.method == "POST" || request.method == "PUT" ||
                     request.method == "PATCH";
  if (posts) {
    set(handle, CURLOPT_POST, 1L);
    set(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(handle, CURLOPT_POSTFIELDS, request.body.c_str());
  }
  set(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

class CurlPeerClient final : public PeerClient {
 public:
  explicit CurlPeerClient(config::HttpsKeys https) : tls_(std::move(https)) {
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  }

  Result<PeerAnswer> send(const PeerRequest& request, std::chrono::milliseconds timeout) override {
    const auto failed = [&request](ErrorCode code, std::string_view why) {
      return Error{code, fmt::format("{} {}: {}", request.method, shown(request.url), why)};
    };
    if (timeout.count() <= 0) return failed(ErrorCode::retriable, "there is no time left for it");
    const Easy handle(curl_easy_init());
    const Multi multi(curl_multi_init());
    if (!handle || !multi) return failed(ErrorCode::retriable, "libcurl has no memory for it");
    PeerAnswer answer;
    std::string problem(CURL_ERROR_SIZE, '\0');
    const Headers headers = headers_of(request);
    set_up(handle);
    use(handle, request);
    set(handle, CURLOPT_HTTPHEADER, headers.get());
    set(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
    set(handle, CURLOPT_WRITEDATA, &answer.body);
    set(handle, CURLOPT_ERRORBUFFER, problem.data());
    std::shared_ptr<const PeerTls> tls;  // its texts are not copied
    if (ascii::same_ignoring_case(request.url.substr(0, 6), "https:")) {
      Result<std::shared_ptr<const PeerTls>> found = tls_.get();
      if (!found) return failed(found.error().code(), found.error().message());
      tls = *std::move(found);
      use(handle, *tls);
    }
    curl_multi_add_handle(multi.get(), handle.get());
    const std::optional<CURLcode> code = run(multi.get());
    curl_multi_remove_handle(multi.get(), handle.get());
    if (!code) return failed(ErrorCode::retriable, "given up, as this worker is stopping");
    if (*code != CURLE_OK) {
      problem.resize(problem.find('\0'));
      return failed(ErrorCode::retriable, problem.empty() ? curl_easy_strerror(*code) : problem);
    }
    long status = 0;
    curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
    answer.status = static_cast<int>(status);
    return answer;
  }

  void stop() override {
    const MutexLock lock(mutex_);
    stopped_ = true;
    for (CURLM* one : running_) curl_multi_wakeup(one);
  }

 private:
  /// How the transfer ended; none: it was stopped.
  std::optional<CURLcode> run(CURLM* multi) {
    if (!enter(multi)) return std::nullopt;
    int running = 1;
    CURLMcode state = CURLM_OK;
    while (state == CURLM_OK && !stopped()) {
      state = curl_multi_perform(multi, &running);
      if (state != CURLM_OK || running == 0) break;
      // Until something arrives, or a time limit of the transfer is over.
      state = curl_multi_poll(multi, nullptr, 0, 60'000, nullptr);
    }
    leave(multi);
    if (state != CURLM_OK) return CURLE_FAILED_INIT;
    if (running != 0) return std::nullopt;
    int left = 0;
    const CURLMsg* message = curl_multi_info_read(multi, &left);
    return message == nullptr ? CURLE_FAILED_INIT : message->data.result;
  }

  bool enter(CURLM* multi) {
    const MutexLock lock(mutex_);
    if (!stopped_) running_.insert(multi);
    return !stopped_;
  }
  void leave(CURLM* multi) {
    const MutexLock lock(mutex_);
    running_.erase(multi);
  }
  bool stopped() {
    const MutexLock lock(mutex_);
    return stopped_;
  }

  PeerTlsSource tls_;
  Mutex mutex_;
  bool stopped_ GUARDED_BY(mutex_) = false;
  std::set<CURLM*> running_ GUARDED_BY(mutex_);  // each owned by the send that waits for it
};

}  // namespace

std::unique_ptr<PeerClient> make_peer_client(config::HttpsKeys https) {
  return std::make_unique<CurlPeerClient>(std::move(https));
}

}  // namespace millrace::peers

#include "peers/peer_tls.h"

#include "base/ascii.h"
#include "base/java_number.h"
#include "base/log.h"

#include <utility>

namespace millrace::peers {

PeerTlsSource::PeerTlsSource(config::HttpsKeys keys) : keys_(std::move(keys)) {
  for (const std::string_view key : {"ssl.keystore.location", "ssl.truststore.location"}) {
    const std::string path(java_trim(keys_.ssl.get_or(key, "")));
    if (!path.empty()) files_.push_back(path);
  }
}

Result<std::shared_ptr<const PeerTls>> PeerTlsSource::read() const {
  constexpr std::string_view check_key = "ssl.endpoint.identification.algorithm";
  auto tls = std::make_shared<PeerTls>();
  Result<security::TlsMaterial> material = security::read_tls_material(keys_.ssl, keys_.prefix);
  if (!material) return std::move(material.error());
  tls->material = *std::move(material);
  Result<security::TlsOptions> options = security::read_tls_options(keys_.ssl, keys_.prefix);
  if (!options) return std::move(options.error());
  tls->options = *std::move(options);
  const std::string check = ascii::lower(java_trim(keys_.ssl.get_or(check_key, "https")));
  if (!check.empty() && check != "https") {
    return Error{ErrorCode::invalid_config,
                 "setting '" + keys_.prefix + std::string(check_key) +
                     "': must be https, or empty to switch the check off"};
  }
  tls->check_host = !check.empty();
  return std::shared_ptr<const PeerTls>(std::move(tls));
}

Result<std::shared_ptr<const PeerTls>> PeerTlsSource::get() {
  // Before the files are read: what changes meanwhile counts as a change.
  std::vector<security::FileIdentity> current(files_.begin(), files_.end());
  {
    const MutexLock lock(mutex_);
    if (last_ != nullptr && current == identities_) return last_;
  }
  Result<std::shared_ptr<const PeerTls>> fresh = read();
  const MutexLock lock(mutex_);
  if (!fresh && last_ == nullptr) return fresh;
  identities_ = std::move(current);
  if (fresh) {
    last_ = *std::move(fresh);
  } else {
    log::logger("org.apache.kafka.connect.runtime.rest.RestClient")
        .warn(
            "the files of https have changed and are of no use, so requests to other workers "
            "keep the former: {}",
            fresh.error().message());
  }
  return last_;
}

}  // namespace millrace::peers

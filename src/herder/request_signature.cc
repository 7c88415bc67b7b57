#include "herder/request_signature.h"

#include "base/base64.h"
#include "herder/rest_errors.h"
#include "peers/signature.h"

#include <algorithm>

namespace millrace {

namespace {

Error refused(std::string message) { return {ErrorCode::invalid_config, std::move(message)}; }

}  // namespace

Result<void> check_signature_headers(const std::optional<std::string>& mac,
                                     const std::optional<std::string>& signed_with,
                                     const SignatureRules& rules) {
  if (!rules.required) return {};
  if (!mac || !signed_with) return refused("Internal request missing required signature");
  const std::string& algorithm = *signed_with;
  if (!peers::known_algorithm(algorithm)) {
    return refused("Internal request is signed with '" + algorithm + "', which is no algorithm");
  }
  if (!decode_base64(*mac)) {
    return refused("The signature of the internal request is no base64");
  }
  if (std::ranges::find(rules.algorithms, algorithm) == rules.algorithms.end()) {
    std::string taken;
    for (const std::string& one : rules.algorithms) taken += (taken.empty() ? "" : ", ") + one;
    return refused("Internal request is signed with '" + algorithm +
                   "'; this worker's inter.worker.verification.algorithms are " + taken);
  }
  if (!rules.key) {
    return unavailable("This worker has not yet read the key that signs requests between workers");
  }
  return {};
}

Result<void> check_signature(const Herder::Signed& request, const SignatureRules& rules) {
  if (!rules.required) return {};
  MILLRACE_TRY(check_signature_headers(request.mac, request.algorithm, rules));
  const peers::Signature signature{*request.mac, *request.algorithm};
  if (peers::verify(signature, rules.key->bytes, request.body) == peers::Verdict::valid) return {};
  return forbidden("Internal request contained invalid signature.");
}

}  // namespace millrace

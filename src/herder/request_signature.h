#pragma once

#include "herder/herder.h"
#include "millrace/result.h"
#include "storage/cluster_config.h"

#include <optional>
#include <span>
#include <string>

namespace millrace {

/// What signatures a worker takes from others.
struct SignatureRules {
  bool required = true;  ///< the group speaks the sessioned protocol; else nothing is checked
  /// inter.worker.verification.algorithms
  std::span<const std::string> algorithms;
  /// Of the newest snapshot; none: not read yet.
  const std::optional<storage::SessionKey>& key;
};

/// As Herder::check_signed: what can be told before the body is there.
Result<void> check_signature_headers(const std::optional<std::string>& mac,
                                     const std::optional<std::string>& algorithm,
                                     const SignatureRules& rules);

/// Whether a request between workers comes from one that knows the cluster's key.
/// Errors: invalid_config (REST 400): no signature, or of a kind that is not taken; unavailable
///         (503): there is no key yet; forbidden (403): it is wrong (herder/rest_errors.h).
/// Threads: any.
/// Source:  org.apache.kafka.connect.runtime.distributed.DistributedHerder,
/// InternalRequestSignature.
Result<void> check_signature(const Herder::Signed& request, const SignatureRules& rules);

}  // namespace millrace

#pragma once

#include "transform/chain.h"
#include "transform/chain_config.h"

namespace millrace::transform {

/// The chain that a task runs: an instance of each transformation, and of its predicate for each
/// that has one, configured.
/// Errors (fatal): what only configure finds, wrapped in a ConnectException, and a predicate that
///                 is not listed, wrapped in two.
/// Source:  ConnectorConfig.transformationStages.
Result<Chain> make_chain(const ChainConfig& config);

}  // namespace millrace::transform

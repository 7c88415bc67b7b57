#pragma once

#include "millrace/result.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <string_view>
#include <vector>

namespace millrace::http {

using Milliseconds = std::chrono::milliseconds;

/// What follows a response error.
enum class Strategy : std::uint8_t { back_off_drop, back_off_stop, drop, stop };

/// What an attempt came to.
enum class Verdict : std::uint8_t {
  delivered,
  response_error,  ///< the reply asks for another attempt, or says nothing: the strategy decides
  status_error,    ///< a request error told by its status: 401, 503, …
  request_error,   ///< it did not get through: backs off, then stops, whatever the strategy
  refused,         ///< the reply says no, for good: no attempt more
};

/// Waits in growing steps, instead of the lists of brackets.
struct ExponentialWaits {
  Milliseconds first{};
  Milliseconds longest{};
  int retries = 0;
  bool grows = true;
  bool jitter = true;
};

/// How long to wait, and what then.
struct BackOffPlan {
  Strategy strategy = Strategy::back_off_drop;
  std::vector<Milliseconds> response;
  std::vector<Milliseconds> request;
  std::vector<Milliseconds> status;  ///< for status errors
  std::optional<ExponentialWaits> exponential;
};

/// What happens to the record next.
struct NextStep {
  enum class Kind : std::uint8_t { done, wait, drop, stop };
  Kind kind = Kind::done;
  Milliseconds wait{};
  int attempt = 0;  ///< of so many, for the log
  int brackets = 0;
};

/// How often a record has been tried. Its two counters belong to one (topic, partition, offset).
class Attempts {
 public:
  /// retry_after: a wait that the endpoint asked for, and that is honoured; it counts as a bracket.
  NextStep after(Verdict verdict, const BackOffPlan& plan, std::optional<Milliseconds> retry_after,
                 std::minstd_rand& random);

 private:
  int response_ = 0;
  int request_ = 0;
};

/// `5,30,60`: whole seconds; blanks beside them and empty items at the end do not count.
/// Errors (invalid_config): which item is none.
Result<std::vector<Milliseconds>> read_brackets(std::string_view text);

std::string_view to_string(Strategy strategy);

}  // namespace millrace::http

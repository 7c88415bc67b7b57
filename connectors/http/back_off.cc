#include "http/back_off.h"

#include <algorithm>
#include <charconv>
#include <string>

namespace millrace::http {

namespace {

Milliseconds exponential_wait(const ExponentialWaits& waits, int attempt,
                              std::minstd_rand& random) {
  Milliseconds wait = waits.first;
  for (int i = 0; waits.grows && i < attempt && wait < waits.longest; ++i) wait *= 2;
  wait = std::min(wait, waits.longest);
  if (!waits.jitter) return wait;
  // Between half of it and all: spread out, and never at once.
  return Milliseconds(std::uniform_int_distribution(wait.count() / 2, wait.count())(random));
}

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

}  // namespace

NextStep Attempts::after(Verdict verdict, const BackOffPlan& plan,
                         std::optional<Milliseconds> retry_after, std::minstd_rand& random) {
  using Kind = NextStep::Kind;
  if (verdict == Verdict::delivered) {
    *this = {};
    return {};
  }
  const bool of_response = verdict == Verdict::response_error || verdict == Verdict::refused;
  const Strategy strategy = of_response ? plan.strategy : Strategy::back_off_stop;
  const bool backs_off = verdict != Verdict::refused && (strategy == Strategy::back_off_drop ||
                                                         strategy == Strategy::back_off_stop);
  const bool drops = strategy == Strategy::back_off_drop || strategy == Strategy::drop;
  const std::vector<Milliseconds>& list = verdict == Verdict::response_error ? plan.response
                                          : verdict == Verdict::status_error ? plan.status
                                                                             : plan.request;
  const int brackets = plan.exponential ? plan.exponential->retries : static_cast<int>(list.size());
  int& counter = of_response ? response_ : request_;
  if (!backs_off || counter >= brackets) {
    *this = {};
    return {.kind = drops ? Kind::drop : Kind::stop, .attempt = counter, .brackets = brackets};
  }
  const Milliseconds wait = plan.exponential ? exponential_wait(*plan.exponential, counter, random)
                                             : list[static_cast<std::size_t>(counter)];
  ++counter;
  return {.kind = Kind::wait,
          .wait = retry_after ? *retry_after : wait,
          .attempt = counter,
          .brackets = brackets};
}

Result<std::vector<Milliseconds>> read_brackets(std::string_view text) {
  while (trimmed(text).ends_with(',')) text = text.substr(0, text.rfind(','));
  std::vector<Milliseconds> brackets;
  while (true) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view item = trimmed(text.substr(0, comma));
    std::int32_t seconds = 0;
    const auto [end, error] = std::from_chars(item.data(), item.data() + item.size(), seconds);
    if (error != std::errc() || end != item.data() + item.size() || seconds < 0) {
      return Error{ErrorCode::invalid_config,
                   "'" + std::string(item) + "' is not a number of whole seconds"};
    }
    brackets.emplace_back(std::chrono::seconds(seconds));
    if (comma == text.size()) return brackets;
    text.remove_prefix(comma + 1);
  }
}

std::string_view to_string(Strategy strategy) {
  switch (strategy) {
    case Strategy::back_off_drop: return "PROGRESS_BACK_OFF_DROP_MESSAGE";
    case Strategy::back_off_stop: return "PROGRESS_BACK_OFF_STOP_TASK";
    case Strategy::drop: return "DROP_MESSAGE";
    case Strategy::stop: break;
  }
  return "STOP_TASK";
}

}  // namespace millrace::http

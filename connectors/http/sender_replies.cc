// What the sender does with what its requests came to.
#include "http/address_guard.h"
#include "http/sender.h"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <ctime>
#include <utility>

namespace millrace::http {

Result<void> Sender::ended(Slot slot, Outcome& outcome) {
  if (slot == in_slot_.size()) {
    return token_ended(outcome);
  }
  Lane& lane = *in_slot_[slot];
  if (outcome.kind == Outcome::Kind::replied) {
    const Result<bool> followed = follow(slot, lane, outcome);
    if (!followed) return followed.error();
    if (*followed) return {};
  }
  const Request& request = transfers_.request(slot);
  const Judgement judgement = judge(outcome, settings_.judge);
  const SinkRecord& first = *lane.items.front().record;
  log_.answered(first, lane.sending, request, outcome, judgement);
  in_slot_[slot] = nullptr;
  free_.push_back(slot);
  lane.slot.reset();
  if (outcome.kind == Outcome::Kind::replied && token_.refuses(outcome.status) &&
      judgement.verdict != Verdict::delivered && !std::exchange(lane.token_renewed, true)) {
    token_.forget();
    lanes_.put_back(lane);
    return {};
  }
  return go_on(lane, judgement, outcome);
}

/// Where a reply sends the request elsewhere. True: it is on its way there.
Result<bool> Sender::follow(Slot slot, Lane& lane, Outcome& outcome) {
  Request& request = transfers_.request(slot);
  Result<std::optional<Request>> next =
      builder_.redirected(request, outcome.status, outcome.location);
  if (!next) {
    outcome.kind = Outcome::Kind::no_status_line;
    outcome.problem = next.error().message();
    return false;
  }
  if (!*next) return false;
  if (const Result<void> allowed = check_allowed(*(*next)->target, settings_.transfer.allowed);
      !allowed) {
    outcome.problem =
        "it redirects to a place that may not be called: " + allowed.error().message();
    return false;
  }
  request = *std::move(*next);
  log_.sends(request);
  lane.slot = slot;
  transfers_.begin(slot, bearer());
  return true;
}

Result<void> Sender::go_on(Lane& lane, const Judgement& judgement, const Outcome& outcome) {
  const NextStep step =
      lane.attempts.after(judgement.verdict, settings_.back_off, asked_wait(outcome), random_);
  switch (step.kind) {
    case NextStep::Kind::done:
      for (std::size_t i = 0; i < lane.sending; ++i) {
        sink_.delivered(*lane.items[i].record, outcome);
      }
      finish(lane, lane.sending);
      return {};
    case NextStep::Kind::wait:
      log_.waits(*lane.items.front().record, step, settings_.back_off, judgement.verdict);
      lanes_.wait(lane, clock_.now() + step.wait);
      return {};
    case NextStep::Kind::drop:
    case NextStep::Kind::stop: break;
  }
  return give_up(lane, step, judgement, outcome);
}

Result<void> Sender::give_up(Lane& lane, const NextStep& step, const Judgement& judgement,
                             const Outcome& outcome) {
  const OnError wish = settings_.on_error;
  const bool stops =
      wish == OnError::by_strategy ? step.kind == NextStep::Kind::stop : wish == OnError::fail;
  for (std::size_t i = 0; i < lane.sending; ++i) {
    log_.given_up(*lane.items[i].record, judgement.reason, wish == OnError::ignore);
  }
  if (stops) {
    const SinkRecord& first = *lane.items.front().record;
    return Error{ErrorCode::fatal, judgement.reason}.at(describe(first, false));
  }
  for (std::size_t i = 0; i < lane.sending; ++i) {
    MILLRACE_TRY(sink_.dropped(*lane.items[i].record, judgement.reason, outcome));
  }
  finish(lane, lane.sending);
  return {};
}

void Sender::finish(Lane& lane, std::size_t count) {
  finished_ += count;
  lanes_.finished(lane, count, offsets_);
}

/// Without a token nothing can be sent: the record that was to be next backs off as after a request
/// that did not get through, and everybody else waits with it.
Result<void> Sender::token_ended(Outcome& outcome) {
  token_open_ = false;
  Lane* lane = std::exchange(token_for_, nullptr);
  const Result<void> taken = token_.take(outcome, clock_.now());
  if (taken) return {};
  if (lane == nullptr) {
    held_until_ = clock_.now() + std::chrono::seconds(1);
    return {};
  }
  const NextStep step =
      lane->attempts.after(Verdict::request_error, settings_.back_off, {}, random_);
  const SinkRecord& record = *lane->items.front().record;
  const std::string& reason = taken.error().message();
  if (step.kind != NextStep::Kind::wait) {
    log_.given_up(record, reason, false);
    return Error{ErrorCode::fatal, reason}.at(describe(record, false));
  }
  log_.waits(record, step, settings_.back_off, Verdict::request_error);
  held_until_ = clock_.now() + step.wait;
  return {};
}

/// Retry-After: seconds, or a date.
std::optional<Milliseconds> Sender::asked_wait(const Outcome& outcome) const {
  if (!settings_.retry_after.honoured || outcome.retry_after.empty()) return std::nullopt;
  const std::string& text = outcome.retry_after;
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size()) {
    const std::time_t date = curl_getdate(text.c_str(), nullptr);
    if (date < 0) return std::nullopt;
    seconds =
        date -
        std::chrono::duration_cast<std::chrono::seconds>(clock_.wall().time_since_epoch()).count();
  }
  const auto longest = settings_.retry_after.longest;
  seconds = std::clamp<std::int64_t>(seconds, 0, longest.count() / 1000 + 1);
  return std::min(Milliseconds(seconds * 1000), longest);
}

}  // namespace millrace::http

#include "http/judge.h"

#include <algorithm>
#include <array>
#include <span>

namespace millrace::http {

namespace {

/// Statuses that say: the request did not get through to whom it was for.
constexpr std::array<int, 7> s = {401, 403, 405, 406, 502, 503, 504};

enum class Event : std::uint8_t { replied, no_status_line, not_connected };
enum class Flag : std::uint8_t { any, no_retry, retry, unknown };
/// The classes of statuses; `success` and `retriable` are what settings list.
enum class Status : std::uint8_t { any, in_s, success, retriable };

struct Rule {
  Event event;
  Flag flag;
  Status status;
  Verdict verdict;
};

/// The contract. The first row that fits counts.
constexpr Rule by_flag[] = {
    {Event::replied, Flag::no_retry, Status::any, Verdict::delivered},
    {Event::replied, Flag::retry, Status::any, Verdict::response_error},
    {Event::replied, Flag::unknown, Status::in_s, Verdict::status_error},
    {Event::replied, Flag::unknown, Status::any, Verdict::response_error},
    {Event::no_status_line, Flag::any, Status::any, Verdict::response_error},
    {Event::not_connected, Flag::any, Status::any, Verdict::request_error},
};

/// With retry.on.status.codes: other statuses are given up.
constexpr Rule by_flag_and_list[] = {
    {Event::replied, Flag::no_retry, Status::any, Verdict::delivered},
    {Event::replied, Flag::retry, Status::any, Verdict::response_error},
    {Event::replied, Flag::unknown, Status::retriable, Verdict::response_error},
    {Event::replied, Flag::unknown, Status::any, Verdict::refused},
    {Event::no_status_line, Flag::any, Status::any, Verdict::response_error},
    {Event::not_connected, Flag::any, Status::any, Verdict::request_error},
};

/// With response.success.mode=status: the body plays no part.
constexpr Rule by_status[] = {
    {Event::replied, Flag::any, Status::success, Verdict::delivered},
    {Event::replied, Flag::any, Status::in_s, Verdict::status_error},
    {Event::replied, Flag::any, Status::any, Verdict::response_error},
    {Event::no_status_line, Flag::any, Status::any, Verdict::response_error},
    {Event::not_connected, Flag::any, Status::any, Verdict::request_error},
};

constexpr Rule by_status_and_list[] = {
    {Event::replied, Flag::any, Status::success, Verdict::delivered},
    {Event::replied, Flag::any, Status::retriable, Verdict::response_error},
    {Event::replied, Flag::any, Status::any, Verdict::refused},
    {Event::no_status_line, Flag::any, Status::any, Verdict::response_error},
    {Event::not_connected, Flag::any, Status::any, Verdict::request_error},
};

std::span<const Rule> table(const JudgeSettings& settings) {
  if (settings.by_status) {
    return settings.retry ? std::span<const Rule>(by_status_and_list) : by_status;
  }
  return settings.retry ? std::span<const Rule>(by_flag_and_list) : by_flag;
}

Event event_of(const Outcome& outcome) {
  switch (outcome.kind) {
    case Outcome::Kind::replied: return Event::replied;
    case Outcome::Kind::no_status_line: return Event::no_status_line;
    case Outcome::Kind::not_connected: break;
  }
  return Event::not_connected;
}

bool fits(Flag wanted, RetryFlag flag) {
  switch (wanted) {
    case Flag::any: return true;
    case Flag::no_retry: return flag == RetryFlag::no_retry;
    case Flag::retry: return flag == RetryFlag::retry;
    case Flag::unknown: break;
  }
  return flag == RetryFlag::unknown;
}

bool fits(Status wanted, int status, const JudgeSettings& settings) {
  switch (wanted) {
    case Status::any: return true;
    case Status::in_s: return std::ranges::find(s, status) != s.end();
    case Status::success: return settings.success.contains(status);
    case Status::retriable: break;
  }
  return settings.retry->contains(status);
}

std::string reason_of(const Outcome& outcome, RetryFlag flag, Verdict verdict) {
  std::string reason;
  if (outcome.kind == Outcome::Kind::not_connected) {
    reason = "Unable to connect to callback API: ";
  } else if (outcome.kind == Outcome::Kind::no_status_line) {
    reason = "No reply that is HTTP: ";
  } else if (flag == RetryFlag::retry) {
    reason = "Received response retry=true";
  } else if (verdict == Verdict::status_error) {
    reason =
        "Unable to connect to callback API:  received status: " + std::to_string(outcome.status);
  } else {
    reason = "Received status " + std::to_string(outcome.status) +
             (outcome.cut_short ? " and a reply that broke off" : " without a usable answer");
  }
  if (outcome.problem.empty()) return reason;
  return outcome.kind == Outcome::Kind::replied ? reason + " (" + outcome.problem + ")"
                                                : reason + outcome.problem;
}

}  // namespace

Judgement judge(const Outcome& outcome, const JudgeSettings& settings) {
  const Event event = event_of(outcome);
  const RetryFlag flag = event == Event::replied && !outcome.cut_short
                             ? read_retry_flag(outcome.body)
                             : RetryFlag::unknown;
  const auto rules = table(settings);
  const auto rule = std::ranges::find_if(rules, [&](const Rule& one) {
    return one.event == event && fits(one.flag, flag) && fits(one.status, outcome.status, settings);
  });  // there always is one: each table ends in rows that fit anything
  Judgement judgement{rule->verdict, flag, {}};
  if (judgement.verdict != Verdict::delivered) {
    judgement.reason = reason_of(outcome, flag, judgement.verdict);
  }
  return judgement;
}

}  // namespace millrace::http

#include "herder/plugin_calls.h"

#include "base/log.h"
#include "base/mutex.h"
#include "base/thread.h"
#include "herder/rest_errors.h"

#include <deque>
#include <map>
#include <optional>
#include <utility>

namespace millrace {

namespace {

const log::Logger& logger() {
  static const log::Logger& instance =
      log::logger("org.apache.kafka.connect.runtime.AbstractHerder");
  return instance;
}

Error shutting_down() { return {ErrorCode::fatal, "Worker is shutting down"}; }

}  // namespace

struct PluginCalls::State {
  struct Waiting {
    Work work;
    Refused refused;
  };
  struct Calls {                                 // of one class
    std::map<std::size_t, Clock::Time> running;  // by number, so the oldest comes first
    std::deque<Waiting> waiting;                 // only while `running` is full
    bool watched = false;
    bool told = false;  // the log knows that it hangs
  };

  State(Clock& its_clock, Limits its_limits) : clock(its_clock), limits(its_limits) {}

  std::size_t begin(Calls& calls) REQUIRES(mutex) {
    calls.running.emplace(++last, clock.now());
    return last;
  }
  /// When the class will count as hung, if no call returns before.
  Clock::Time hung_at(const Calls& calls) const REQUIRES(mutex) {
    return deadline_after(calls.running.rbegin()->second, limits.hung);
  }
  Error no_answer(const std::string& whose, Calls& calls) REQUIRES(mutex) {
    const auto age = std::chrono::duration_cast<std::chrono::seconds>(
        clock.now() - calls.running.begin()->second);
    std::string text = whose + " is not asked: " + std::to_string(calls.running.size()) +
                       " calls of its code have not returned, the first for " +
                       std::to_string(age.count()) + " s";
    if (!std::exchange(calls.told, true)) logger().warn("{}", text);
    return unavailable(std::move(text));
  }

  Clock& clock;
  const Limits limits;
  Mutex mutex;
  CondVar changed;
  std::map<std::string, Calls> classes GUARDED_BY(mutex);  // grows only: nothing in it moves
  std::size_t last GUARDED_BY(mutex) = 0;
  std::size_t watchers GUARDED_BY(mutex) = 0;
  bool stopped GUARDED_BY(mutex) = false;
};

PluginCalls::PluginCalls(Clock& clock) : PluginCalls(clock, Limits()) {}
PluginCalls::PluginCalls(Clock& clock, Limits limits)
    : state_(std::make_shared<State>(clock, limits)) {}
PluginCalls::~PluginCalls() { stop(); }

void PluginCalls::run(const std::string& whose, Work work, Refused refused) {
  std::size_t number = 0;
  std::optional<Error> refusal;
  {
    const MutexLock lock(state_->mutex);
    State::Calls& calls = state_->classes[whose];
    if (state_->stopped) {
      refusal = shutting_down();
    } else if (calls.running.size() < state_->limits.calls) {
      number = state_->begin(calls);
    } else if (calls.waiting.size() >= state_->limits.waiting ||
               state_->hung_at(calls) <= state_->clock.now()) {
      refusal = state_->no_answer(whose, calls);
    } else {
      calls.waiting.push_back({std::move(work), std::move(refused)});
      if (std::exchange(calls.watched, true)) return;
      ++state_->watchers;
      start_thread("plugin-watch", [state = state_, whose] { watch(state, whose); }).detach();
      return;
    }
  }
  if (refusal) return refused(*refusal);
  start_thread("plugin-call", [state = state_, whose, number, work = std::move(work)]() mutable {
    call(state, whose, number, std::move(work));
  }).detach();
}

/// One call, and then those that have waited for the thread.
void PluginCalls::call(const std::shared_ptr<State>& state, const std::string& whose,
                       std::size_t number, Work work) {
  while (true) {
    work();
    work = {};
    const MutexLock lock(state->mutex);
    State::Calls& calls = state->classes[whose];
    calls.running.erase(number);
    calls.told = false;
    if (calls.waiting.empty()) return;
    work = std::move(calls.waiting.front().work);
    calls.waiting.pop_front();
    number = state->begin(calls);
    if (calls.waiting.empty()) state->changed.notify_all();
  }
}

/// Refuses those that wait once the class hangs. Runs only while somebody waits.
void PluginCalls::watch(const std::shared_ptr<State>& state, const std::string& whose) {
  while (true) {
    std::deque<State::Waiting> given_up;
    std::optional<Error> why;
    {
      const MutexLock lock(state->mutex);
      State::Calls& calls = state->classes[whose];
      while (!calls.waiting.empty() && state->clock.now() < state->hung_at(calls)) {
        state->clock.wait_until(state->mutex, state->changed, state->hung_at(calls));
      }
      if (calls.waiting.empty()) {
        calls.watched = false;
        --state->watchers;
        state->changed.notify_all();
        return;
      }
      given_up = std::exchange(calls.waiting, {});
      why = state->no_answer(whose, calls);
    }
    for (const State::Waiting& one : given_up) one.refused(*why);
  }
}

void PluginCalls::stop() {
  std::deque<State::Waiting> given_up;
  {
    const MutexLock lock(state_->mutex);
    state_->stopped = true;
    for (auto& [whose, calls] : state_->classes) {
      for (State::Waiting& one : std::exchange(calls.waiting, {})) {
        given_up.push_back(std::move(one));
      }
    }
    state_->changed.notify_all();
  }
  for (const State::Waiting& one : given_up) one.refused(shutting_down());
  const MutexLock lock(state_->mutex);
  while (state_->watchers > 0) state_->changed.wait(state_->mutex);
}

void PluginCalls::check_time() {
  const MutexLock lock(state_->mutex);
  state_->changed.notify_all();
}

}  // namespace millrace

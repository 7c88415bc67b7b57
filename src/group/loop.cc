#include "group/loop.h"

namespace millrace::group {

Loop::Key Loop::add(Clock::Time due, std::function<void()> action) {
  const Key key{due, ++last_};
  timers_.emplace(key, std::move(action));
  if (timers_.begin()->first == key) set_alarm();
  return key;
}

void Loop::remove(const Key& key) {
  if (ending_) return;
  timers_.erase(key);
  if (timers_.empty()) alarm_.cancel();
}

void Loop::set_alarm() {
  if (timers_.empty()) return;
  alarm_.expires_after(timers_.begin()->first.first - clock_.now());
  alarm_.async_wait([this](const boost::system::error_code& cancelled) {
    if (!cancelled) check_time();
  });
}

void Loop::check_time() {
  while (!timers_.empty() && timers_.begin()->first.first <= clock_.now()) {
    const std::function<void()> action = std::move(timers_.begin()->second);
    timers_.erase(timers_.begin());
    action();
  }
  set_alarm();
}

void Timer::start(std::chrono::milliseconds delay, std::function<void()> action) {
  cancel();
  running_ = true;
  key_ = loop_.add(deadline_after(loop_.now(), delay), [this, action = std::move(action)] {
    running_ = false;
    action();
  });
}

void Timer::cancel() {
  if (running_) loop_.remove(key_);
  running_ = false;
}

}  // namespace millrace::group

#include "herder/event_loop.h"

#include "base/thread.h"

namespace millrace {

EventLoop::EventLoop(Clock& clock, std::string thread_name)
    : clock_(clock), thread_name_(std::move(thread_name)) {}

EventLoop::~EventLoop() { stop(); }

void EventLoop::start() {
  thread_ = start_thread(thread_name_, [this] { run(); });
}

void EventLoop::post(Work work) {
  const MutexLock lock(mutex_);
  if (ending_) return;
  queue_.push_back(std::move(work));
  changed_.notify_all();
}

EventLoop::Timer EventLoop::at(Clock::Time time, Work work) {
  const Timer timer(time, ++timer_count_);
  timers_.emplace(timer, std::move(work));
  return timer;
}

void EventLoop::check_time() {
  post([] {});
}

void EventLoop::stop() {
  {
    const MutexLock lock(mutex_);
    ending_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

EventLoop::Work EventLoop::next() {
  const MutexLock lock(mutex_);
  while (!ending_) {
    if (!timers_.empty() && timers_.begin()->first.first <= clock_.now()) {
      return std::move(timers_.extract(timers_.begin()).mapped());
    }
    if (!queue_.empty()) {
      Work work = std::move(queue_.front());
      queue_.pop_front();
      return work;
    }
    if (timers_.empty()) {
      changed_.wait(mutex_);
    } else {
      clock_.wait_until(mutex_, changed_, timers_.begin()->first.first);
    }
  }
  return {};
}

void EventLoop::run() {
  while (const Work work = next()) work();
}

}  // namespace millrace

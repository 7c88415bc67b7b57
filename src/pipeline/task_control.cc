#include "pipeline/task_control.h"

namespace millrace::pipeline {

void TaskControl::stop() {
  {
    const MutexLock lock(mutex_);
    stopping_.store(true, std::memory_order_release);
  }
  changed();
}

void TaskControl::cancel() {
  {
    const MutexLock lock(mutex_);
    cancelled_.store(true, std::memory_order_release);
    stopping_.store(true, std::memory_order_release);
  }
  changed();
}

void TaskControl::set_paused(bool paused) {
  {
    const MutexLock lock(mutex_);
    paused_.store(paused, std::memory_order_release);
  }
  changed();
}

void TaskControl::changed() {
  condition_.notify_all();
  const MutexLock lock(wake_mutex_);
  if (wake_) wake_();
}

void TaskControl::set_wake(std::function<void()> wake) {
  const MutexLock lock(wake_mutex_);
  wake_ = std::move(wake);
}

bool TaskControl::wait_for(std::chrono::milliseconds time) {
  const Clock::Time deadline = deadline_after(clock_.now(), time);
  const MutexLock lock(mutex_);
  while (!stopping() && paused() == seen_paused_ && clock_.now() < deadline) {
    clock_.wait_until(mutex_, condition_, deadline);
  }
  seen_paused_ = paused();
  return stopping();
}

bool TaskControl::wait_until_cancelled(std::chrono::milliseconds time) {
  const Clock::Time deadline = deadline_after(clock_.now(), time);
  const MutexLock lock(mutex_);
  while (!cancelled() && clock_.now() < deadline) clock_.wait_until(mutex_, condition_, deadline);
  return cancelled();
}

bool TaskControl::interrupted() {
  const MutexLock lock(mutex_);
  return stopping() || paused() != seen_paused_;
}

bool TaskControl::wait_while_paused() {
  const MutexLock lock(mutex_);
  while (!stopping() && paused()) condition_.wait(mutex_);
  seen_paused_ = paused();
  return stopping();
}

}  // namespace millrace::pipeline

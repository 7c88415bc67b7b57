#include "base/lane.h"

#include "base/log.h"
#include "base/thread.h"

#include <future>
#include <utility>

namespace millrace {

Lane::Lane(std::string thread_name, std::string log_context) : state_(std::make_shared<State>()) {
  state_->thread_name = std::move(thread_name);
  state_->log_context = std::move(log_context);
}

void Lane::post(std::function<void()> work) {
  {
    const MutexLock lock(state_->mutex);
    state_->queue.push_back(std::move(work));
    if (std::exchange(state_->running, true)) return;
  }
  start_thread(state_->thread_name, [state = state_] { run(state); }).detach();
}

bool Lane::idle() const {
  const MutexLock lock(state_->mutex);
  return !state_->running;
}

void Lane::run(const std::shared_ptr<State>& state) {
  const log::Context context(state->log_context);
  while (true) {
    std::function<void()> work;
    {
      const MutexLock lock(state->mutex);
      if (state->queue.empty()) {
        state->running = false;
        return;
      }
      work = std::move(state->queue.front());
      state->queue.pop_front();
    }
    work();
  }
}

bool wait_for(Lane& lane, std::chrono::milliseconds limit) {
  const auto done = std::make_shared<std::promise<void>>();
  lane.post([done] { done->set_value(); });
  return done->get_future().wait_for(limit) == std::future_status::ready;
}

}  // namespace millrace

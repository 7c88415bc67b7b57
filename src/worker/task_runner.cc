#include "worker/task_runner.h"

#include "base/log.h"
#include "base/secrets.h"
#include "base/thread.h"

#include <utility>

namespace millrace::worker {

namespace {

const log::Logger& logger() {
  static const log::Logger& instance = log::logger("org.apache.kafka.connect.runtime.WorkerTask");
  return instance;
}

std::string log_context(const TaskId& id) {
  return "[" + id.connector + "|task-" + std::to_string(id.task);
}

}  // namespace

TaskRunner::TaskRunner(Identity identity, Clock& clock, StatusListener& listener, MakePipeline make,
                       TryAgain try_again)
    : identity_(std::move(identity)),
      listener_(listener),
      make_(std::move(make)),
      try_again_(std::move(try_again)),
      control_(clock),
      clock_(clock) {}

void TaskRunner::start(bool paused) {
  control_.set_paused(paused);
  start_thread("task-thread-" + identity_.id.to_string(), [self = shared_from_this()] {
    self->run();
  }).detach();
}

Result<void> TaskRunner::run_pipeline() {
  auto made = make_({clock_, control_, *this, counters_, gauges_});
  if (!made) return std::move(made.error());
  {
    const MutexLock lock(mutex_);
    pipeline_ = *made;
  }
  const Result<void> result = (*made)->run();
  const MutexLock lock(mutex_);
  pipeline_.reset();
  return result;
}

void TaskRunner::run() {
  const log::Context context(log_context(identity_.id) + "] ");
  Result<void> result = run_pipeline();
  if (!result && try_again_ && !control_.stopping() && try_again_(result.error())) {
    result = run_pipeline();
  }
  if (!result) {
    logger().error(
        "Task threw an uncaught and unrecoverable exception. Task is being killed and "
        "will not recover until manually restarted: {}",
        result.error().trace());
    report(State::failed, result.error().trace());
  } else {
    report(State::unassigned);
  }
  const MutexLock lock(mutex_);
  ended_ = true;
  ended_condition_.notify_all();
}

void TaskRunner::report(State state, std::string_view trace) {
  if (control_.cancelled()) return;
  listener_.task_status(
      identity_.id, Status{state, identity_.worker_id, identity_.version, secrets::redact(trace)});
}

bool TaskRunner::await(Clock::Time deadline) {
  const MutexLock lock(mutex_);
  while (!ended_ && clock_.now() < deadline) clock_.wait_until(mutex_, ended_condition_, deadline);
  return ended_;
}

void TaskRunner::cancel() {
  logger().warn("Task {} did not stop in time and is left to itself: its offsets are not committed",
                identity_.id.to_string());
  control_.cancel();
  if (const auto running = pipeline()) running->abandon();
}

void TaskRunner::commit_offsets() {
  const log::Context context(log_context(identity_.id) + "|offsets] ");
  if (const auto running = pipeline()) running->commit_offsets();
}

std::shared_ptr<pipeline::Pipeline> TaskRunner::pipeline() {
  const MutexLock lock(mutex_);
  return pipeline_;
}

}  // namespace millrace::worker

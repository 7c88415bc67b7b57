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
                       TryAgain try_again, RestartPolicy restarts)
    : identity_(std::move(identity)),
      listener_(listener),
      make_(std::move(make)),
      try_again_(std::move(try_again)),
      restarts_(restarts),
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
  while (true) {
    const Clock::Time begin = clock_.now();
    Result<void> result = run_pipeline();
    if (!result && try_again_ && !control_.stopping() && try_again_(result.error())) {
      result = run_pipeline();
    }
    if (result) {
      report(State::unassigned);
      break;
    }
    if (!pause_before_restart(result.error(), clock_.now() - begin)) break;
  }
  const MutexLock lock(mutex_);
  ended_ = true;
  ended_condition_.notify_all();
}

bool TaskRunner::pause_before_restart(const Error& error, std::chrono::nanoseconds ran) {
  const auto pause = control_.stopping() ? std::nullopt : restarts_.after_failure(ran);
  if (!pause) {
    logger().error(
        "Task threw an uncaught and unrecoverable exception. Task is being killed and "
        "will not recover until manually restarted: {}",
        error.trace());
    report(State::failed, error.trace());
    return false;
  }
  logger().error(
      "Task {} failed and is restarted in {} min, restart {} of {} (errors.task.restart.max): {}",
      identity_.id.to_string(), pause->count(), restarts_.count(), restarts_.max(), error.trace());
  report(State::failed, error.trace());
  const Clock::Time deadline = deadline_after(clock_.now(), *pause);
  while (!control_.stopping() && clock_.now() < deadline) {  // a pause of the connector wakes it
    control_.wait_for(std::chrono::ceil<std::chrono::milliseconds>(deadline - clock_.now()));
  }
  if (control_.stopping()) {
    report(State::unassigned);
    return false;
  }
  logger().info("Restarting task {}, restart {} of {}", identity_.id.to_string(), restarts_.count(),
                restarts_.max());
  return true;
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

#include "worker/task_runner.h"
#include "worker/offset_commit_schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <future>

namespace millrace::worker {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

class Statuses final : public StatusListener {
 public:
  void connector_status(const std::string&, Status) override {}
  void task_status(const TaskId&, Status status) override {
    const MutexLock lock(mutex_);
    states_.emplace_back(to_string(status.state));
    changed_.notify_all();
  }
  void reconfiguration_requested(const std::string&) override {}
  /// All states so far, once the last is this one.
  std::vector<std::string> until(const std::string& last) {
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    const MutexLock lock(mutex_);
    while ((states_.empty() || states_.back() != last) && changed_.wait_until(mutex_, deadline)) {
    }
    return states_;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  std::vector<std::string> states_ GUARDED_BY(mutex_);
};

class ScriptedPipeline final : public pipeline::Pipeline {
 public:
  std::function<Result<void>()> body = [] { return Result<void>{}; };
  std::function<void()> commit = [] {};
  Result<void> run() override { return body(); }
  void commit_offsets() override { commit(); }
};

struct TaskRunnerTest : testing::Test {
  std::shared_ptr<TaskRunner> runner(
      std::function<Result<void>(const pipeline::Surroundings&)> body,
      TaskRunner::TryAgain again = {}, std::function<void()> commit = [] {}) {
    return std::make_shared<TaskRunner>(
        TaskRunner::Identity{{"orders", 0}, "here:8083", "1"}, clock, statuses,
        [=](const pipeline::Surroundings& surroundings)
            -> Result<std::shared_ptr<pipeline::Pipeline>> {
          auto made = std::make_shared<ScriptedPipeline>();
          made->body = [body, surroundings] { return body(surroundings); };
          made->commit = commit;
          return std::shared_ptr<pipeline::Pipeline>(std::move(made));
        },
        std::move(again));
  }
  static Result<void> until_stopped(const pipeline::Surroundings& with) {
    with.listener.running();
    while (!with.control.wait_for(1h)) {
    }
    return {};
  }
  bool ends(TaskRunner& task) { return task.await(clock.now() + 20s); }

  SystemClock clock;
  Statuses statuses;
};

TEST_F(TaskRunnerTest, RunsUntilItIsStopped) {
  const auto task = runner(until_stopped);
  task->start(false);
  EXPECT_THAT(statuses.until("RUNNING"), ElementsAre("RUNNING"));
  task->stop();
  EXPECT_TRUE(ends(*task));
  EXPECT_THAT(statuses.until("UNASSIGNED"), ElementsAre("RUNNING", "UNASSIGNED"));
}

TEST_F(TaskRunnerTest, AFailureIsItsLastState) {
  const auto task = runner([](const auto&) { return Error{ErrorCode::fatal, "broken"}; });
  task->start(false);
  EXPECT_TRUE(ends(*task));
  EXPECT_THAT(statuses.until("FAILED"), ElementsAre("FAILED"));
}

TEST_F(TaskRunnerTest, AWaitHasALimitAndACancelledTaskReportsNothingMore) {
  std::promise<void> gate;
  const auto task = runner([&gate](const pipeline::Surroundings& with) -> Result<void> {
    with.listener.running();
    gate.get_future().wait();
    return Error{ErrorCode::fatal, "too late to tell"};
  });
  task->start(false);
  statuses.until("RUNNING");
  task->stop();
  EXPECT_FALSE(task->await(clock.now() + 20ms));
  task->cancel();
  gate.set_value();
  EXPECT_TRUE(ends(*task));
  EXPECT_THAT(statuses.until("RUNNING"), ElementsAre("RUNNING"));
}

TEST_F(TaskRunnerTest, IsMadeOnceMoreWhenThatMayHelp) {
  std::atomic<int> runs = 0;
  const auto task = runner(
      [&runs](const pipeline::Surroundings& with) -> Result<void> {
        if (++runs == 1) return Error{ErrorCode::fatal, "no idempotence for you"};
        return until_stopped(with);
      },
      [](const Error& error) { return error.message() == "no idempotence for you"; });
  task->start(false);
  EXPECT_THAT(statuses.until("RUNNING"), ElementsAre("RUNNING")) << "the first failure is not told";
  task->stop();
  EXPECT_TRUE(ends(*task));
  EXPECT_EQ(runs, 2);
}

TEST_F(TaskRunnerTest, TheScheduleLetsTasksCommitAgainAndAgain) {
  std::promise<void> third;
  std::atomic<int> commits = 0;
  const auto task = runner(until_stopped, {}, [&] {
    if (++commits == 3) third.set_value();
  });
  task->start(false);
  statuses.until("RUNNING");
  OffsetCommitSchedule schedule(clock, 5ms);
  schedule.add(task);
  EXPECT_EQ(third.get_future().wait_for(20s), std::future_status::ready);
  schedule.remove(task->id());
  task->stop();
  EXPECT_TRUE(ends(*task));
}

}  // namespace
}  // namespace millrace::worker

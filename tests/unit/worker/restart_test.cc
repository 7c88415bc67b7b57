// errors.task.restart.max: tasks that failed come back by themselves.
#include "base/log.h"
#include "worker/restart_policy.h"
#include "worker/task_runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace millrace::worker {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::Optional;

TEST(RestartPolicyTest, PausesGrowToAnHour) {
  RestartPolicy policy(1000);
  std::vector<std::int64_t> pauses;
  for (int i = 0; i < 11; ++i) pauses.push_back(policy.after_failure(1s)->count());
  EXPECT_THAT(pauses, ElementsAre(0, 2, 6, 12, 20, 30, 42, 56, 60, 60, 60));
}

TEST(RestartPolicyTest, ThereAreNoMoreThanWereAskedFor) {
  RestartPolicy policy(2);
  EXPECT_THAT(policy.after_failure(1s), Optional(0min));
  EXPECT_THAT(policy.after_failure(1s), Optional(2min));
  EXPECT_EQ(policy.after_failure(1s), std::nullopt);
}

TEST(RestartPolicyTest, ItIsOffByDefault) {
  EXPECT_EQ(RestartPolicy().after_failure(1000h), std::nullopt);
}

TEST(RestartPolicyTest, ATaskThatWasWellCountsFromTheBeginning) {
  RestartPolicy policy(3);
  EXPECT_THAT(policy.after_failure(0s), Optional(0min));
  EXPECT_THAT(policy.after_failure(119s), Optional(2min)) << "not longer than its next pause";
  EXPECT_THAT(policy.after_failure(6min), Optional(0min));
  EXPECT_EQ(policy.count(), 1);
}

/// Collects the states that a task's thread tells.
class Statuses final : public StatusListener {
 public:
  void connector_status(const std::string&, Status) override {}
  void task_status(const TaskId&, Status status) override {
    const MutexLock lock(mutex_);
    seen_.emplace_back(to_string(status.state));
    changed_.notify_all();
  }
  void reconfiguration_requested(const std::string&) override {}
  /// All states so far, once there are that many.
  std::vector<std::string> until(std::size_t count) {
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    const MutexLock lock(mutex_);
    while (seen_.size() < count && changed_.wait_until(mutex_, deadline)) {
    }
    return seen_;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  std::vector<std::string> seen_ GUARDED_BY(mutex_);
};

class FailingPipeline final : public pipeline::Pipeline {
 public:
  explicit FailingPipeline(std::function<Result<void>()> body) : body_(std::move(body)) {}
  Result<void> run() override { return body_(); }

 private:
  std::function<Result<void>()> body_;
};

class RestartTest : public testing::Test {
 protected:
  /// The task of that connector; body: its life, called again after each restart.
  std::shared_ptr<TaskRunner> task(int max,
                                   std::function<Result<void>(pipeline::TaskControl&)> body) {
    return std::make_shared<TaskRunner>(
        TaskRunner::Identity{{"orders", 0}, "here:8083", "1"}, clock, statuses,
        [this, body = std::move(body)](
            const pipeline::Surroundings& with) -> Result<std::shared_ptr<pipeline::Pipeline>> {
          starts.push_back(
              std::chrono::duration_cast<std::chrono::minutes>(clock.now() - begin).count());
          with.listener.running();
          return std::shared_ptr<pipeline::Pipeline>(std::make_shared<FailingPipeline>(
              [&control = with.control, body] { return body(control); }));
        },
        TaskRunner::TryAgain(), RestartPolicy(max));
  }
  ManualClock clock;
  const Clock::Time begin = clock.now();
  Statuses statuses;
  std::vector<std::int64_t> starts;  // in minutes; written by the task's thread before it tells
};

TEST_F(RestartTest, AFailedTaskComesBackLaterAndLater) {
  const log::Capture capture;
  const auto runner = task(4, [](pipeline::TaskControl&) -> Result<void> {
    return Error{ErrorCode::fatal, "broken"};
  });
  runner->start(false);
  EXPECT_THAT(statuses.until(10), ElementsAre("RUNNING", "FAILED", "RUNNING", "FAILED", "RUNNING",
                                              "FAILED", "RUNNING", "FAILED", "RUNNING", "FAILED"));
  EXPECT_THAT(starts, ElementsAre(0, 0, 2, 8, 20));
  EXPECT_TRUE(
      capture.contains("ERROR [orders|task-0] Task orders-0 failed and is restarted in 6 "
                       "min, restart 3 of 4 (errors.task.restart.max): "
                       "org.apache.kafka.connect.errors.ConnectException: broken"));
  EXPECT_TRUE(capture.contains("INFO [orders|task-0] Restarting task orders-0, restart 3 of 4"));
  EXPECT_TRUE(capture.contains("will not recover until manually restarted")) << "at last";
}

TEST_F(RestartTest, ItCanRecover) {
  int lives = 0;
  const auto runner = task(4, [&lives](pipeline::TaskControl&) -> Result<void> {
    if (++lives < 3) return Error{ErrorCode::fatal, "broken"};
    return {};
  });
  runner->start(false);
  EXPECT_THAT(statuses.until(6),
              ElementsAre("RUNNING", "FAILED", "RUNNING", "FAILED", "RUNNING", "UNASSIGNED"));
}

TEST_F(RestartTest, ByDefaultItStaysFailed) {
  const auto runner = task(0, [](pipeline::TaskControl&) -> Result<void> {
    return Error{ErrorCode::fatal, "broken"};
  });
  runner->start(false);
  EXPECT_THAT(statuses.until(2), ElementsAre("RUNNING", "FAILED"));
  EXPECT_THAT(starts, ElementsAre(0));
}

TEST_F(RestartTest, ATaskThatWasToldToStopIsNotRestarted) {
  const auto runner = task(100, [](pipeline::TaskControl& control) -> Result<void> {
    control.stop();
    return Error{ErrorCode::fatal, "broken"};
  });
  runner->start(false);
  EXPECT_THAT(statuses.until(2), ElementsAre("RUNNING", "FAILED"));
  EXPECT_THAT(starts, ElementsAre(0));
}

TEST(RestartInRealTime, AStopEndsThePause) {
  SystemClock clock;
  Statuses statuses;
  const auto runner = std::make_shared<TaskRunner>(
      TaskRunner::Identity{{"orders", 0}, "here:8083", "1"}, clock, statuses,
      [](const pipeline::Surroundings&) -> Result<std::shared_ptr<pipeline::Pipeline>> {
        return Error{ErrorCode::fatal, "broken"};
      },
      TaskRunner::TryAgain(), RestartPolicy(100));
  runner->start(false);
  statuses.until(2);  // the second pause is two minutes
  runner->stop();
  EXPECT_TRUE(runner->await(clock.now() + 20s));
  EXPECT_THAT(statuses.until(3), ElementsAre("FAILED", "FAILED", "UNASSIGNED"));
}

}  // namespace
}  // namespace millrace::worker

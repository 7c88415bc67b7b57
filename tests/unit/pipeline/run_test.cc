// Whole runs on a thread of their own, in real time: stop, wake, pause, cancel.
#include "base/thread.h"
#include "sink_world.h"
#include "source_world.h"

#include <thread>

namespace millrace::pipeline {
namespace {

using namespace std::chrono_literals;

struct RealTime {
  SystemClock real;
};

/// Runs a pipeline on a thread, and notes its end.
class Runner {
 public:
  Runner(Pipeline& pipeline, Journal& journal)
      : thread_([this, &pipeline, &journal] {
          result = pipeline.run();
          journal.note("ended");
        }) {}
  ~Runner() { thread_.join(); }
  Result<void> result;

 private:
  std::thread thread_;
};

class SinkRun : public ::testing::Test, protected RealTime, protected SinkWorld {
 protected:
  SinkRun() : SinkWorld(real) {
    kafka.remembers = false;
    kafka.assign({"orders-0"});
  }
};

TEST_F(SinkRun, AStopWakesAPollOfAMinute) {
  const Runner runner(make(), journal);
  ASSERT_TRUE(journal.await("open orders-0"));
  control.stop();
  EXPECT_TRUE(journal.await("ended"));
  EXPECT_EQ(journal.count("consumer close"), 1);
}

TEST_F(SinkRun, PauseAndResumeWakeThePoll) {
  kafka.logs[partition("orders-0")].push_back({{}, "a"});
  const Runner runner(make(), journal);
  ASSERT_TRUE(journal.await("open orders-0"));
  control.set_paused(true);
  EXPECT_TRUE(journal.await("PAUSED"));
  EXPECT_TRUE(journal.await("commit orders-0=1"));
  control.set_paused(false);
  EXPECT_TRUE(journal.await("RUNNING", 2));
  control.stop();
  EXPECT_TRUE(journal.await("ended"));
}

TEST_F(SinkRun, AStopEndsAPausedStart) {
  control.set_paused(true);
  const Runner runner(make(), journal);
  ASSERT_TRUE(journal.await("PAUSED"));
  control.stop();
  EXPECT_TRUE(journal.await("ended"));
  EXPECT_EQ(journal.count("initialize"), 0);
}

/// The fake consumer complains when it is woken after its close.
TEST_F(SinkRun, NobodyWakesAConsumerThatIsClosed) {
  for (int i = 0; i < 200; ++i) {
    SinkWorld world(real);
    world.kafka.remembers = false;
    world.kafka.poll_error = Error{ErrorCode::fatal, "the group is gone"};
    world.make();
    {
      const Runner runner(*world.pipeline, world.journal);
      for (int k = 0; k < 20; ++k) world.control.set_paused(k % 2 == 0);
      world.control.stop();
    }
    EXPECT_EQ(world.journal.count("ended"), 1);
    world.pipeline.reset();
  }
}

class SourceRun : public ::testing::Test, protected RealTime, protected SourceWorld {
 protected:
  SourceRun() : SourceWorld(real) {
    task.on_idle = [this](SourceBatch&, SourceTaskContext& context) -> Result<void> {
      journal.note("idle");
      context.wait_for(1h);
      return {};
    };
  }
};

TEST_F(SourceRun, AStopEndsTheWaitOfATask) {
  poll_gives({{"a", 1, "x"}});
  const Runner runner(make(), journal);
  ASSERT_TRUE(journal.await("idle"));
  control.stop();
  EXPECT_TRUE(journal.await("ended"));
  EXPECT_EQ(stored("a"), R"({"position":1})");
}

TEST_F(SourceRun, APauseEndsTheWaitOfATask) {
  const Runner runner(make(), journal);
  ASSERT_TRUE(journal.await("idle"));
  control.set_paused(true);
  EXPECT_TRUE(journal.await("PAUSED"));
  control.set_paused(false);
  EXPECT_TRUE(journal.await("idle", 2));
  control.stop();
  EXPECT_TRUE(journal.await("ended"));
}

TEST_F(SourceRun, AnAcknowledgementIsHeardDuringTheWait) {
  kafka.acknowledges = false;
  poll_gives({{"a", 1, "x"}});
  const Runner runner(make(), journal);
  ASSERT_TRUE(journal.await("idle"));
  kafka.acknowledge("x");
  EXPECT_TRUE(journal.await("commit_record"));
  control.stop();
  EXPECT_TRUE(journal.await("ended"));
  EXPECT_EQ(stored("a"), R"({"position":1})");
}

TEST_F(SourceRun, CommitsOfTheCommitterAndTheLastOneDoNotGetInEachOthersWay) {
  int number = 0;
  task.on_idle = [&number](SourceBatch& batch, SourceTaskContext&) -> Result<void> {
    add_row(batch, {"a", ++number, "x"});
    return {};
  };
  make();
  std::atomic<bool> ended = false;
  std::thread committer([this, &ended] {
    while (!ended) pipeline->commit_offsets();
  });
  {
    const Runner runner(*pipeline, journal);
    EXPECT_TRUE(journal.await("commit", 20));
    control.stop();
    EXPECT_TRUE(journal.await("ended"));
  }
  const int writes = store.writes();
  ended = true;
  committer.join();
  EXPECT_EQ(store.writes(), writes) << "the last commit was the task's own";
  EXPECT_EQ(stored("a"), R"({"position":)" + std::to_string(number) + "}");
}

TEST_F(SourceRun, ACancelEndsTheWaitForAcknowledgementsThatNeverCome) {
  kafka.acknowledges = false;
  poll_gives({{"a", 1, "x"}});
  task.behaviour.on("stop", [this]() -> Result<void> {
    journal.note("stopping");
    return {};
  });
  const Runner runner(make(), journal);
  ASSERT_TRUE(journal.await("idle"));
  control.stop();
  control.cancel();
  pipeline->abandon();
  EXPECT_TRUE(journal.await("ended"));
  EXPECT_EQ(stored("a"), "none");
}

/// The fake producer complains when it is abandoned after its close.
TEST_F(SourceRun, NobodyAbandonsAProducerThatIsClosed) {
  for (int i = 0; i < 200; ++i) {
    SourceWorld world(real);
    world.poll_fails({ErrorCode::fatal, "the table is gone"});
    world.make();
    {
      const Runner runner(*world.pipeline, world.journal);
      world.control.cancel();
      for (int k = 0; k < 20; ++k) world.pipeline->abandon();
    }
    EXPECT_EQ(world.journal.count("ended"), 1);
  }
}

}  // namespace
}  // namespace millrace::pipeline

// Pauses of a sink: the connector's and those of the task itself.
#include "sink_world.h"

namespace millrace::pipeline {
namespace {

using testing::ElementsAre;

class SinkPause : public SinkPipelineTest {};

TEST_F(SinkPause, StopsTheFlowCommitsAndGoesOnWithEmptyPuts) {  // K7
  kafka.produce("orders-0", {"a"});
  ASSERT_THAT(run_with({"orders-0"}), Succeeds());
  journal.clear();
  control.set_paused(true);
  kafka.produce("orders-0", {"b"});
  ASSERT_THAT(run(2), Succeeds());
  EXPECT_THAT(journal.lines(), ElementsAre("PAUSED", "flush orders-0=1", "commit orders-0=1"));
  EXPECT_EQ(sink.empty_puts, 2);
  control.set_paused(false);
  ASSERT_THAT(run(), Succeeds());
  EXPECT_EQ(journal.count("RUNNING"), 1);
  EXPECT_THAT(sink.batches, ElementsAre(Batch{"a"}, Batch{"b"}));
}

TEST_F(SinkPause, TheTaskIsToldWithTheFirstPutAfterIt) {
  std::vector<bool> told;
  sink.on_put = [&told](std::span<const SinkRecord>, SinkTaskContext& context) -> Result<void> {
    told.push_back(context.paused());
    return {};
  };
  ASSERT_THAT(run_with({"orders-0"}), Succeeds());
  control.set_paused(true);
  ASSERT_THAT(run(), Succeeds());
  control.set_paused(false);
  ASSERT_THAT(run(), Succeeds());
  EXPECT_THAT(told, ElementsAre(false, true, false));
}

TEST_F(SinkPause, AfterItAllFlowsButWhatTheTaskHasPaused) {  // T42
  ASSERT_THAT(run_with({"orders-0", "orders-1"}), Succeeds());
  ASSERT_THAT(sink.context->pause(partitions({"orders-0"})), Succeeds());
  EXPECT_EQ(to_text(kafka.paused), "orders-0");
  control.set_paused(true);
  ASSERT_THAT(run(), Succeeds());
  EXPECT_EQ(to_text(kafka.paused), "orders-0 orders-1");
  control.set_paused(false);
  ASSERT_THAT(run(), Succeeds());
  EXPECT_EQ(to_text(kafka.paused), "orders-0");
  ASSERT_THAT(sink.context->resume(partitions({"orders-0"})), Succeeds());
  EXPECT_EQ(to_text(kafka.paused), "");
}

TEST_F(SinkPause, WishesOfTheTaskAreNotedMeanwhile) {  // K7
  ASSERT_THAT(run_with({"orders-0", "orders-1"}), Succeeds());
  ASSERT_THAT(sink.context->pause(partitions({"orders-0"})), Succeeds());
  control.set_paused(true);
  ASSERT_THAT(run(), Succeeds());
  ASSERT_THAT(sink.context->resume(partitions({"orders-0"})), Succeeds());
  ASSERT_THAT(sink.context->pause(partitions({"orders-1"})), Succeeds());
  EXPECT_EQ(to_text(kafka.paused), "orders-0 orders-1");
  control.set_paused(false);
  ASSERT_THAT(run(), Succeeds());
  EXPECT_EQ(to_text(kafka.paused), "orders-1");
}

TEST_F(SinkPause, ForeignPartitionsAreRefused) {  // K7
  ASSERT_THAT(run_with({"orders-0"}), Succeeds());
  EXPECT_THAT(sink.context->pause(partitions({"orders-0", "books-0"})),
              FailsWith("IllegalWorkerStateException"));
  EXPECT_THAT(sink.context->resume(partitions({"books-0"})), FailsWith("books-0"));
  EXPECT_EQ(to_text(kafka.paused), "");
}

TEST_F(SinkPause, APartitionThatTheTaskPausedStaysSoThroughAnEagerRebalance) {  // K11
  ASSERT_THAT(run_with({"orders-0", "orders-1"}), Succeeds());
  ASSERT_THAT(sink.context->pause(partitions({"orders-0"})), Succeeds());
  kafka.revoke({"orders-0", "orders-1"});
  kafka.assign({"orders-0", "orders-1"});
  ASSERT_THAT(run(2), Succeeds());
  EXPECT_EQ(to_text(kafka.paused), "orders-0");
}

TEST_F(SinkPause, APartitionThatWentToAnotherMemberComesBackFlowing) {
  ASSERT_THAT(run_with({"orders-0", "orders-1"}), Succeeds());
  ASSERT_THAT(sink.context->pause(partitions({"orders-0"})), Succeeds());
  kafka.revoke({"orders-0", "orders-1"});
  kafka.assign({"orders-1"});
  kafka.assign({"orders-0"});
  ASSERT_THAT(run(3), Succeeds());
  EXPECT_EQ(to_text(kafka.paused), "");
}

TEST_F(SinkPause, WhatIsAssignedMeanwhileWaits) {
  kafka.produce("orders-0", {"a"});
  ASSERT_THAT(start(), Succeeds());
  control.set_paused(true);
  ASSERT_THAT(run_with({"orders-0"}), Succeeds());
  EXPECT_EQ(to_text(kafka.paused), "orders-0");
  control.set_paused(false);
  ASSERT_THAT(run(), Succeeds());
  EXPECT_THAT(sink.batches, ElementsAre(Batch{"a"}));
}

TEST_F(SinkPause, ARedeliveryGoesOnInItAndEndsPaused) {
  kafka.produce("orders-0", {"a"});
  sink.fail_next(ErrorCode::retriable);
  ASSERT_THAT(run_with({"orders-0"}), Succeeds());
  control.set_paused(true);
  ASSERT_THAT(run(), Succeeds());
  EXPECT_THAT(sink.batches, ElementsAre(Batch{"a"}, Batch{"a"}));
  EXPECT_EQ(to_text(kafka.paused), "orders-0");
  control.set_paused(false);
  ASSERT_THAT(run(), Succeeds());
  EXPECT_EQ(to_text(kafka.paused), "");
}

TEST_F(SinkPause, AResumeDuringRedeliveryDoesNotOpenTheFlow) {
  kafka.produce("orders-0", {"a"});
  sink.fail_next(ErrorCode::retriable);
  sink.fail_next(ErrorCode::retriable);
  sink.fail_next(ErrorCode::retriable);
  ASSERT_THAT(run_with({"orders-0"}), Succeeds());
  control.set_paused(true);
  ASSERT_THAT(run(), Succeeds());
  control.set_paused(false);
  ASSERT_THAT(run(), Succeeds());
  EXPECT_EQ(to_text(kafka.paused), "orders-0");
  ASSERT_THAT(run(), Succeeds());
  EXPECT_EQ(to_text(kafka.paused), "");
}

TEST_F(SinkPause, APausedTaskStartsWhenItIsResumed) {
  control.set_paused(true);
  listener.on_paused = [this] { control.set_paused(false); };
  ASSERT_THAT(start(), Succeeds());
  EXPECT_THAT(journal.lines(), ElementsAre("PAUSED", "initialize", "start", "RUNNING"));
}

TEST_F(SinkPause, ATaskThatIsStoppedWhilePausedWasNeverStarted) {
  control.set_paused(true);
  listener.on_paused = [this] { control.stop(); };
  EXPECT_THAT(make().run(), Succeeds());
  EXPECT_EQ(journal.count("stop"), 0);
  EXPECT_EQ(journal.count("consumer close"), 0);
}

}  // namespace
}  // namespace millrace::pipeline

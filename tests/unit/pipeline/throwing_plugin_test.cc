// Plugins that throw, in every method: the task may fail, the worker goes on.
#include "sink_world.h"
#include "source_world.h"

#include <stdexcept>

namespace millrace::pipeline {
namespace {

Behaviour::Deed throws() {
  return []() -> Result<void> { throw std::runtime_error("thrown by the plugin"); };
}

class ThrowingSource : public SourcePipelineTest,
                       public testing::WithParamInterface<std::string_view> {};

TEST_P(ThrowingSource, EndsTheTaskInOrder) {
  task.behaviour.on(std::string(GetParam()), throws());
  EXPECT_THAT(make().run(), FailsWith("java.lang.RuntimeException: " + std::string(GetParam()) +
                                      " threw an exception: thrown by the plugin"));
  EXPECT_EQ(journal.count("stop"), 1);
  EXPECT_EQ(journal.count("producer close"), 1);
}
INSTANTIATE_TEST_SUITE_P(In, ThrowingSource, testing::Values("initialize", "start", "poll"));

class ThrowingSourceAside : public SourcePipelineTest,
                            public testing::WithParamInterface<std::string_view> {};

TEST_P(ThrowingSourceAside, IsOnlyLogged) {
  const log::Capture logged;
  task.behaviour.on(std::string(GetParam()), throws());
  poll_gives({{"a", 1, "x"}});
  ASSERT_THAT(run_until_idle(), Succeeds());
  stop();
  EXPECT_TRUE(logged.contains("thrown by the plugin"));
  EXPECT_EQ(stored("a"), R"({"position":1})");
  EXPECT_EQ(journal.count("producer close"), 1);
}
INSTANTIATE_TEST_SUITE_P(In, ThrowingSourceAside,
                         testing::Values("commit_record", "commit", "stop"));

class ThrowingSink : public SinkPipelineTest,
                     public testing::WithParamInterface<std::string_view> {};

TEST_P(ThrowingSink, EndsTheTaskInOrder) {
  sink.behaviour.on(std::string(GetParam()), throws());
  kafka.assign({"orders-0"});
  kafka.revoke({"orders-0"});
  EXPECT_THAT(make().run(), FailsWith("java.lang.RuntimeException: " + std::string(GetParam()) +
                                      " threw an exception: thrown by the plugin"));
  EXPECT_EQ(journal.count("stop"), 1);
  EXPECT_EQ(journal.count("consumer close"), 1);
}
INSTANTIATE_TEST_SUITE_P(In, ThrowingSink, testing::Values("initialize", "start", "open", "close"));

class ThrowingPlugins : public SinkPipelineTest {};

TEST_F(ThrowingPlugins, PutEndsTheTaskWhateverIsThrown) {
  sink.on_put = [](std::span<const SinkRecord>, SinkTaskContext&) -> Result<void> { throw 42; };
  const Result<void> result = make().run();
  EXPECT_THAT(result, FailsWith("Exiting WorkerSinkTask due to unrecoverable exception."));
  EXPECT_THAT(result, FailsWith("put threw something that is no std::exception"));
}

TEST_F(ThrowingPlugins, FlushRewindsLikeAnyOtherError) {
  kafka.produce("orders-0", {"a"});
  ASSERT_THAT(run_with({"orders-0"}), Succeeds());
  sink.behaviour.on("flush", throws());
  ASSERT_THAT(commit_now(), Succeeds());
  EXPECT_EQ(journal.count("seek orders-0=0"), 1);
}

TEST_F(ThrowingPlugins, StopIsOnlyLogged) {
  sink.behaviour.on("stop", throws());
  ASSERT_THAT(run_with({"orders-0"}), Succeeds());
  stop();
  EXPECT_EQ(journal.count("consumer close"), 1);
}

TEST_F(ThrowingPlugins, AConverterFailsItsRecord) {
  kafka.produce("orders-0", {"throw"});
  const Result<void> result = run_with({"orders-0"});
  EXPECT_THAT(result, FailsWith("Tolerance exceeded in error handler"));
  EXPECT_THAT(result, FailsWith("value converter threw an exception: thrown by a converter"));
}

TEST_F(ThrowingPlugins, EveryPluginIsClosedWhicheverThrows) {
  steps = {routes_to("a")};
  for (const char* call : {"close key", "close value", "close header", "close transformation"}) {
    plugins.behaviour.on(call, throws());
  }
  ASSERT_THAT(run_with({"orders-0"}), Succeeds());
  stop();
  for (const char* call : {"close key", "close value", "close header", "close transformation"}) {
    EXPECT_EQ(journal.count(call), 1) << call;
  }
}

}  // namespace
}  // namespace millrace::pipeline

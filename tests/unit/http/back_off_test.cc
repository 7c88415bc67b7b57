// When requests go out, and what becomes of a record: §5, §6 and the cases of §9.
#include "http_world.h"

namespace millrace::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class BackOffTest : public HttpTest {
 protected:
  /// The seconds at which requests go out for one record, and at the end what became of it.
  std::vector<double> times_with(const ConfigMap& more) {
    start(more);
    put_texts({"a"});
    return send_times();
  }
};

TEST_F(BackOffTest, WaitsAsListedAndDrops) {
  server_.otherwise(again());
  EXPECT_THAT(times_with({}), ElementsAre(0, 5, 35, 95, 395, 995));
  EXPECT_EQ(failure(), "none");
  EXPECT_EQ(committable(), 1);
  EXPECT_EQ(context_.commits, 1);
  EXPECT_TRUE(
      log_.contains("Giving up: Received response retry=true; topic=orders key= partition=0 "
                    "offset=0 value=a"));
}

TEST_F(BackOffTest, WaitsAsListedAndStops) {
  server_.otherwise(again());
  EXPECT_THAT(times_with({{"exception.strategy", "PROGRESS_BACK_OFF_STOP_TASK"}}),
              ElementsAre(0, 5, 35, 95, 395, 995));
  EXPECT_EQ(failure(), "Received response retry=true");
  EXPECT_EQ(failure_->code(), ErrorCode::fatal);
  EXPECT_EQ(committable(), 0);
  EXPECT_EQ(context_.commits, 0);
}

TEST_F(BackOffTest, WaitsAsTheReadmeListsThem) {
  server_.otherwise(again());
  EXPECT_THAT(times_with({{"retry.backoff.sec", "5,60,120,300,600"}}),
              ElementsAre(0, 5, 65, 185, 485, 1085));
}

TEST_F(BackOffTest, ADeliveryEndsIt) {
  server_.script({again(), again(), delivered()});
  EXPECT_THAT(times_with({{"retry.backoff.sec", "5,10"}}), ElementsAre(0, 5, 15));
  EXPECT_EQ(failure(), "none");
  EXPECT_FALSE(log_.contains("Giving up"));
}

TEST_F(BackOffTest, WithoutAConnectionItStopsWhateverTheStrategy) {
  for (const char* strategy : {"PROGRESS_BACK_OFF_DROP_MESSAGE", "PROGRESS_BACK_OFF_STOP_TASK",
                               "DROP_MESSAGE", "STOP_TASK"}) {
    int closed = 0;
    {
      const SocketServer gone;
      closed = gone.port();
    }
    clock_->passed = milliseconds(0);
    failure_.reset();
    start({{"exception.strategy", strategy},
           {"callback.request.url", "http://127.0.0.1:" + std::to_string(closed) + "/"}});
    put_texts({"a"});
    run_to_the_end();
    EXPECT_EQ(clock_->passed, seconds(30)) << strategy;
    EXPECT_THAT(failure(), HasSubstr("Unable to connect to callback API: "));
    ASSERT_TRUE(task_->stop());
    task_.reset();
  }
}

TEST_F(BackOffTest, CountsResponsesAndRequestsApart) {
  server_.script({again(), reply(503, ""), again(), again()});
  EXPECT_THAT(times_with({{"retry.backoff.sec", "1,2"}, {"request.retry.backoff.sec", "3"}}),
              ElementsAre(0, 1, 4, 6));
  EXPECT_EQ(failure(), "none");  // dropped at 6
  EXPECT_EQ(context_.commits, 1);
}

TEST_F(BackOffTest, AStatusLike503BacksOffByTheReplysListUnlessItsOwnIsSet) {  // D4
  server_.otherwise(reply(503, "down"));
  EXPECT_THAT(times_with({{"retry.backoff.sec", "1,2"}, {"exception.strategy", "DROP_MESSAGE"}}),
              ElementsAre(0, 1, 3));
  EXPECT_EQ(failure(), "Unable to connect to callback API:  received status: 503");
}

TEST_F(BackOffTest, AStatusLike503BacksOffByItsOwnListWhereThatIsSet) {  // D4
  server_.otherwise(reply(401, ""));
  EXPECT_THAT(times_with({{"retry.backoff.sec", "1,2"}, {"request.retry.backoff.sec", "7"}}),
              ElementsAre(0, 7));
  EXPECT_EQ(failure(), "Unable to connect to callback API:  received status: 401");
}

TEST_F(BackOffTest, DropsAtOnce) {  // §9, 1
  server_.script({again()});
  EXPECT_THAT(times_with({{"exception.strategy", "DROP_MESSAGE"}}), ElementsAre(0));
  EXPECT_EQ(failure(), "none");
  EXPECT_EQ(context_.commits, 1);
  EXPECT_EQ(committable(), 1);
}

TEST_F(BackOffTest, StopsAtOnce) {  // §9, 2
  server_.script({again()});
  EXPECT_THAT(times_with({{"exception.strategy", "STOP_TASK"}}), ElementsAre(0));
  EXPECT_EQ(failure(), "Received response retry=true");
  EXPECT_EQ(context_.commits, 0);
  EXPECT_EQ(committable(), 0);
}

TEST_F(BackOffTest, ThreeErrorsAreTwoRetriesAndADrop) {  // §9, 3
  server_.script({again(), again(), again()});
  EXPECT_THAT(times_with({{"retry.backoff.sec", "5,10"}}), ElementsAre(0, 5, 15));
  EXPECT_EQ(context_.commits, 1);
}

TEST_F(BackOffTest, ASuccessResets) {  // §9, 4 and 6
  for (const bool stops : {false, true}) {
    server_.script({again(), delivered(), again(), again(), again()});
    clock_->passed = milliseconds(0);
    failure_.reset();
    const std::size_t before = server_.requests().size();
    start({{"retry.backoff.sec", "5,10"},
           {"exception.strategy",
            stops ? "PROGRESS_BACK_OFF_STOP_TASK" : "PROGRESS_BACK_OFF_DROP_MESSAGE"}});
    put_texts({"a", "b"});
    run_to_the_end();
    EXPECT_EQ(clock_->passed, seconds(20)) << "5, then 5 and 10";
    EXPECT_EQ(server_.requests().size() - before, 5U);
    EXPECT_EQ(failure(), stops ? "Received response retry=true" : "none");
    ASSERT_TRUE(task_->stop());
    task_.reset();
  }
}

TEST_F(BackOffTest, OneRequestAndTheWishForAnother) {  // §9, 7..9
  server_.otherwise(again());
  start({{"retry.backoff.sec", "5"}});
  SinkRecord made = record("a");
  made.timestamp.reset();
  put({made});
  settle();
  EXPECT_EQ(server_.requests().size(), 1U);
  EXPECT_EQ(context_.next_put, seconds(5));
  EXPECT_EQ(failure(), "none");
}

TEST_F(BackOffTest, EachRecordOfABatchHasItsOwnCount) {  // §5, D6
  server_.script({delivered(), again(), again(), again(), again(), again(), again(), delivered()});
  start({{"retry.backoff.sec", "1,2"}});
  put_texts({"ok", "fail 1", "fail 2", "ok 2"});
  EXPECT_THAT(send_times(), ElementsAre(0, 0, 1, 3, 3, 4, 6, 6));
  EXPECT_THAT(server_.bodies(), ElementsAre("ok", "fail 1", "fail 1", "fail 1", "fail 2", "fail 2",
                                            "fail 2", "ok 2"));
  EXPECT_EQ(committable(), 4);
}

TEST_F(BackOffTest, ARetryHasTheSameId) {
  server_.script({again(), delivered()});
  times_with({{"retry.backoff.sec", "1"}});
  const auto all = server_.requests();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0], all[1]);
}

TEST_F(BackOffTest, TellsEachWait) {
  server_.otherwise(again());
  times_with({{"retry.backoff.sec", "1,2"}});
  EXPECT_TRUE(log_.contains("Back-off 1 of 2: waiting 1000 ms (brackets 1,2)"));
  EXPECT_TRUE(log_.contains("Back-off 2 of 2: waiting 2000 ms (brackets 1,2)"));
  EXPECT_TRUE(log_.contains("Api ERROR: POST "));
  EXPECT_TRUE(log_.contains("status=200 retry=RETRY"));
  EXPECT_TRUE(log_.contains(
      "X-B3-Info=connection=my-conn|kafka_topic=orders|kafka_partition=0|kafka_offset=0]"));
}

// request.delay.sec, §6. The test begins at 100 s of the clock's day.

SinkRecord with_timestamp(SinkRecord record, std::int64_t seconds_of_day) {
  record.timestamp = seconds_of_day * 1000;
  record.timestamp_type = TimestampType::create_time;
  return record;
}

TEST_F(BackOffTest, ADelayCountsFromTheTimestamp) {
  clock_->began = seconds(104);
  start({{"request.delay.sec", "10"}});
  put({with_timestamp(record("a"), 100)});
  EXPECT_THAT(send_times(), ElementsAre(6));
}

TEST_F(BackOffTest, ADelayThatIsOverIsNone) {
  start({{"request.delay.sec", "10"}});
  put({with_timestamp(record("a"), 90)});
  EXPECT_THAT(send_times(), ElementsAre(0));
}

TEST_F(BackOffTest, ATimestampAheadOfTheClockAddsToTheDelay) {
  start({{"request.delay.sec", "10"}});
  put({with_timestamp(record("a"), 105)});
  EXPECT_THAT(send_times(), ElementsAre(15));
}

TEST_F(BackOffTest, NoDelayIsNoneWhateverTheTimestamp) {  // D10
  start();
  put({with_timestamp(record("a"), 105)});
  EXPECT_THAT(send_times(), ElementsAre(0));
}

TEST_F(BackOffTest, ANegativeDelayIsNone) {
  start({{"request.delay.sec", "-5"}});
  put({with_timestamp(record("a"), 100)});
  EXPECT_THAT(send_times(), ElementsAre(0));
}

TEST_F(BackOffTest, WithoutATimestampADelayCountsFromTheFirstRead) {  // D8, D9
  server_.script({again(), delivered()});
  start({{"request.delay.sec", "10"}, {"retry.backoff.sec", "5"}});
  put({record("a")});
  EXPECT_THAT(send_times(), ElementsAre(10, 15));  // no new delay before the second attempt
}

TEST_F(BackOffTest, ANullValueFailsTheTaskWithWords) {  // D7
  start();
  put({record("a"), record(Value()), record("c")});
  settle();
  put();
  EXPECT_THAT(failure(), HasSubstr("the record has no value"));
  EXPECT_THAT(server_.bodies(), ElementsAre("a"));
  EXPECT_EQ(committable(), 1);
}

}  // namespace
}  // namespace millrace::http

// Several records in one request, and several requests at once: §11.
#include "http_world.h"

namespace millrace::http {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

class BatchTest : public HttpTest {
 protected:
  std::atomic<bool> healed_ = false;
};

TEST_F(BatchTest, JoinsBodiesByLineBreaks) {
  start({{"batch.max.size", "3"}});
  put_texts({"a", "b", "c", "d"});
  settle();
  EXPECT_THAT(server_.bodies(), ElementsAre("a\nb\nc", "d"));
  EXPECT_EQ(header_of(server_.requests()[0], "X-B3-Info"), "topic=orders|partition=0|offset=0");
  EXPECT_EQ(committable(), 4);
}

TEST_F(BatchTest, JoinsThemAsToldTo) {
  start({{"batch.max.size", "3"},
         {"batch.prefix", "<"},
         {"batch.suffix", ">\\n"},
         {"batch.separator", "\\t\\\\"}});
  put_texts({"a", "b"});
  settle();
  EXPECT_THAT(server_.bodies(), ElementsAre("<a\t\\b>\n"));
}

TEST_F(BatchTest, MakesAnArray) {
  start(
      {{"batch.max.size", "3"}, {"batch.json.as.array", "true"}, {"request.body.format", "json"}});
  put({record("a\"b"), record(std::int64_t{5}), record(true), record(1.5)});
  settle();
  EXPECT_THAT(server_.bodies(), ElementsAre(R"(["a\"b",5,true])", "[1.5]"));
  EXPECT_EQ(header_of(server_.requests()[0], "Content-type"), "application/json");
}

TEST_F(BatchTest, EndsAtItsBytes) {
  start({{"batch.max.size", "10"}, {"batch.max.bytes", "5"}});
  put_texts({"aa", "bb", "cc", "0123456789", "d"});
  settle();
  EXPECT_THAT(server_.bodies(), ElementsAre("aa\nbb", "cc", "0123456789", "d"));
}

TEST_F(BatchTest, WaitsForCompany) {
  start({{"batch.max.size", "3"}, {"linger.ms", "1000"}});
  put_texts({"a"});
  settle();
  EXPECT_THAT(server_.requests(), IsEmpty());
  EXPECT_EQ(context_.next_put, seconds(1));
  put_texts({"b", "c", "d"});
  settle();
  EXPECT_THAT(server_.bodies(), ElementsAre("a\nb\nc"));
  advance(seconds(1));
  EXPECT_THAT(server_.bodies(), ElementsAre("a\nb\nc", "d"));
}

TEST_F(BatchTest, MixesNoKeys) {
  start({{"batch.max.size", "9"}, {"batch.key.pattern", "${key}"}});
  put({keyed("x", "1"), keyed("x", "2"), keyed("y", "3"), keyed("x", "4")});
  settle();
  EXPECT_THAT(server_.bodies(), ElementsAre("1\n2", "3", "4"));
}

TEST_F(BatchTest, MixesNoAddresses) {
  start({{"batch.max.size", "9"},
         {"template.enabled", "true"},
         {"callback.request.url", server_.url("/${key}")}});
  put({keyed("x", "1"), keyed("x", "2"), keyed("y", "3")});
  settle();
  EXPECT_THAT(server_.bodies(), ElementsAre("1\n2", "3"));
  EXPECT_EQ(lines_of(server_.requests()[1]).front(), "POST /y HTTP/1.1");
}

TEST_F(BatchTest, IsSentAgainAsItWas) {
  server_.script({again()});
  start({{"batch.max.size", "2"}, {"retry.backoff.sec", "5"}});
  put_texts({"a"});
  settle();
  put_texts({"b"});
  advance(seconds(5));
  EXPECT_THAT(server_.bodies(), ElementsAre("a", "a", "b"));
}

TEST_F(BatchTest, IsDroppedAsAWhole) {
  server_.script({again()});
  start({{"batch.max.size", "2"}, {"exception.strategy", "DROP_MESSAGE"}});
  put_texts({"a", "b", "c"});
  settle();
  EXPECT_THAT(server_.bodies(), ElementsAre("a\nb", "c"));
  EXPECT_EQ(committable(), 3);
}

TEST_F(BatchTest, SeveralRequestsAreOpenAtOnceInOrderOfTheirKeys) {
  server_.otherwise(hangs());
  start({{"max.in.flight.requests", "3"}, {"ordering", "key"}});
  put({keyed("x", "x1"), keyed("x", "x2"), keyed("y", "y1"), keyed("z", "z1"), keyed("w", "w1")});
  ASSERT_TRUE(server_.wait_for(3));
  EXPECT_THAT(server_.bodies(), UnorderedElementsAre("x1", "y1", "z1"));
  EXPECT_EQ(committable(), 0);
}

TEST_F(BatchTest, AKeyThatWaitsHoldsUpNoOther) {
  server_.answer_with([this](const std::string& request) {
    return request.ends_with("x1") && !healed_ ? again() : delivered();
  });
  start({{"max.in.flight.requests", "4"}, {"ordering", "key"}, {"retry.backoff.sec", "5"}});
  put({keyed("x", "x1"), keyed("y", "y1"), keyed("x", "x2"), keyed("y", "y2")});
  settle();
  EXPECT_THAT(server_.bodies(), UnorderedElementsAre("x1", "y1", "y2"));
  EXPECT_EQ(committable(), 0) << "the lowest that is open";
  healed_ = true;
  advance(seconds(5));
  EXPECT_EQ(server_.bodies().back(), "x2");
  EXPECT_EQ(committable(), 4);
}

TEST_F(BatchTest, NeverTwoRequestsForOneKey) {
  start({{"max.in.flight.requests", "8"}, {"ordering", "key"}});
  std::vector<SinkRecord> records;
  for (int i = 0; i < 400; ++i) {
    records.push_back(keyed(std::to_string(i % 5).c_str(),
                            (std::to_string(i % 5) + " " + std::to_string(1000 + i)).c_str(),
                            i % 2));
  }
  put(records);
  settle();
  std::map<char, std::string> last;
  for (const std::string& body : server_.bodies()) {
    EXPECT_LT(last[body[0]], body);
    last[body[0]] = body;
  }
  EXPECT_THAT(server_.requests(), SizeIs(400));
  EXPECT_LE(server_.connections(), 8U);
}

TEST_F(BatchTest, PartitionsGoSideBySide) {
  server_.otherwise(hangs());
  start({{"max.in.flight.requests", "3"}, {"ordering", "partition"}});
  put({record("a", 0, 0), record("b", 1, 0), record("c", 0, 1)});
  ASSERT_TRUE(server_.wait_for(2));
  EXPECT_THAT(server_.bodies(), UnorderedElementsAre("a", "c"));
}

TEST_F(BatchTest, WithoutOrderAllGoAtOnce) {
  server_.otherwise(hangs());
  start({{"max.in.flight.requests", "3"}, {"ordering", "none"}});
  put_texts({"a", "b", "c", "d"});
  ASSERT_TRUE(server_.wait_for(3));
  EXPECT_THAT(server_.bodies(), UnorderedElementsAre("a", "b", "c"));
}

TEST_F(BatchTest, ManyGoThroughWithManyOpen) {
  start({{"max.in.flight.requests", "16"}, {"ordering", "none"}, {"batch.max.size", "7"}});
  for (int i = 0; i < 4; ++i) put_texts(std::vector<std::string>(250, "x"));
  settle();
  EXPECT_EQ(committable(), 1000);
  std::size_t records = 0;
  for (const std::string& body : server_.bodies()) records += (body.size() + 1) / 2;
  EXPECT_EQ(records, 1000U);
}

TEST_F(BatchTest, SoManyInASpanOfTime) {
  start({{"rate.limit.num", "2"}, {"rate.limit.duration.ms", "1000"}});
  put_texts({"a", "b", "c", "d", "e"});
  EXPECT_THAT(send_times(), ElementsAre(0, 0, 1, 1, 2));
}

}  // namespace
}  // namespace millrace::http

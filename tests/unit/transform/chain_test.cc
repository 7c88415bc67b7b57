#include "transform_fixture.h"

#include <functional>
#include <stdexcept>

namespace millrace {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using transform::Chain;
using transform::Stage;

using Step = std::function<Result<std::optional<Record>>(const Record&)>;

/// Does what it is told, and notes when it is closed.
class FakeTransformation final : public Transformation {
 public:
  FakeTransformation(Step step, std::vector<std::string>& journal)
      : step_(std::move(step)), journal_(journal) {}
  Result<void> configure(const Config&) override { return {}; }
  Result<std::optional<Record>> apply(const Record& record) override { return step_(record); }
  void close() override {
    journal_.emplace_back("transformation closed");
    throw std::runtime_error("while closing");
  }

 private:
  const Step step_;
  std::vector<std::string>& journal_;
};

class FakePredicate final : public Predicate {
 public:
  FakePredicate(Result<bool> answer, std::vector<std::string>& journal)
      : answer_(std::move(answer)), journal_(journal) {}
  Result<void> configure(const Config&) override { return {}; }
  Result<bool> test(const Record& record) override {
    journal_.push_back("asked about " + record.topic.str());
    return answer_;
  }
  void close() override { journal_.emplace_back("predicate closed"); }

 private:
  const Result<bool> answer_;
  std::vector<std::string>& journal_;
};

class ChainTest : public testing::Test {
 protected:
  Stage stage(const std::string& alias, Step step) {
    return {.alias = alias,
            .class_name = "test." + alias,
            .transformation = std::make_unique<FakeTransformation>(std::move(step), journal)};
  }
  Stage stage_if(Result<bool> answer, bool negate, const std::string& alias, Step step) {
    Stage made = stage(alias, std::move(step));
    made.predicate = std::make_unique<FakePredicate>(std::move(answer), journal);
    made.negate = negate;
    return made;
  }
  static Step appends(const std::string& text) {
    return [text](const Record& record) -> Result<std::optional<Record>> {
      Record changed = record;
      changed.topic = Text(record.topic.str() + text);
      return changed;
    };
  }
  template <class... Stages>
  std::string topic_after(Stages... stages) {
    std::vector<Stage> all;
    (all.push_back(std::move(stages)), ...);
    chain = Chain(std::move(all));
    const auto out = chain.apply(record_of("t", nullptr));
    if (!out) return out.error().message();
    return *out ? (**out).topic.str() : "dropped";
  }

  std::vector<std::string> journal;
  Chain chain;
};

TEST_F(ChainTest, StagesFollowEachOther) {
  EXPECT_EQ(topic_after(stage("a", appends("1")), stage("b", appends("2"))), "t12");
  EXPECT_EQ(chain.last_stage()->alias, "b");
}

TEST_F(ChainTest, ADroppedRecordGoesNoFurther) {
  const Step drops = [](const Record&) { return Result<std::optional<Record>>(std::nullopt); };
  EXPECT_EQ(
      topic_after(stage("a", drops), stage("b",
                                           [](const Record&) -> Result<std::optional<Record>> {
                                             ADD_FAILURE() << "came to the second stage";
                                             return std::nullopt;
                                           })),
      "dropped");
  EXPECT_EQ(chain.last_stage()->alias, "a");
}

TEST_F(ChainTest, AStageIsSkippedUnlessTheAnswerDiffersFromNegate) {
  EXPECT_EQ(topic_after(stage_if(true, false, "a", appends("1"))), "t1");
  EXPECT_EQ(topic_after(stage_if(false, false, "a", appends("1"))), "t");
  EXPECT_EQ(topic_after(stage_if(true, true, "a", appends("1"))), "t");
  EXPECT_EQ(topic_after(stage_if(false, true, "a", appends("1"))), "t1");
}

TEST_F(ChainTest, APredicateSeesWhatEarlierStagesMade) {
  topic_after(stage("a", appends("1")), stage_if(true, false, "b", appends("2")));
  EXPECT_THAT(journal, ElementsAre("asked about t1"));
}

TEST_F(ChainTest, AnErrorTellsTheStage) {
  const Step fails = [](const Record&) -> Result<std::optional<Record>> {
    return Error{ErrorCode::bad_record, "no"};
  };
  EXPECT_EQ(topic_after(stage("a", appends("1")), stage("b", fails)), "no");
  EXPECT_EQ(chain.last_stage()->class_name, "test.b");
  const auto out = chain.apply(record_of("t", nullptr));
  EXPECT_THAT(out.error().trace(), HasSubstr("\tat transformation 'b' (test.b)\n"));

  EXPECT_EQ(topic_after(stage_if(Error{ErrorCode::retriable, "later"}, false, "c", appends("1"))),
            "later");
  EXPECT_EQ(chain.apply(record_of("t", nullptr)).error().code(), ErrorCode::retriable);
}

TEST_F(ChainTest, ClosesEverythingWhateverIsThrown) {
  topic_after(stage_if(true, false, "a", appends("1")), stage("b", appends("2")));
  journal.clear();
  chain.close();
  EXPECT_THAT(journal,
              ElementsAre("transformation closed", "predicate closed", "transformation closed"));
}

TEST(ChainOfBundled, EachStageHasAPredicateOfItsOwn) {
  auto chain = chain_of({{"transforms", "a,b"},
                         {"transforms.a.type", "RegexRouter"},
                         {"transforms.a.regex", ".*"},
                         {"transforms.a.replacement", "keep"},
                         {"transforms.a.predicate", "p"},
                         {"transforms.b.type", "Filter"},
                         {"transforms.b.predicate", "p"},
                         {"transforms.b.negate", "true"},
                         {"predicates", "p"},
                         {"predicates.p.type", "TopicNameMatches"},
                         {"predicates.p.pattern", "keep|rename"}});
  ASSERT_TRUE(chain) << chain.error().trace();
  const auto topic = [&](const std::string& from) -> std::string {
    const auto out = chain->apply(record_of(from, nullptr));
    return *out ? (**out).topic.str() : "dropped";
  };
  EXPECT_EQ(topic("rename"), "keep");
  EXPECT_EQ(topic("other"), "dropped");
}

TEST(ChainOfBundled, LeavesTheRestOfTheRecordAlone) {
  auto chain = chain_of({{"transforms", "a"},
                         {"transforms.a.type", transforms_package + "HoistField$Value"},
                         {"transforms.a.field", "f"}});
  ASSERT_TRUE(chain) << chain.error().trace();
  Record record = record_of("t", Text("v"));
  record.partition = 3;
  record.timestamp = 7;
  record.sink_offset = 42;
  record.key = Text("k");
  record.key_schema = schemas::string();
  record.headers.append({Text("h"), nullptr, Text("x")});
  Record wanted = record;
  wanted.value = Value::Map{{Text("f"), Text("v")}};
  EXPECT_EQ(**chain->apply(record), wanted);
}

TEST(ChainOfBundled, NoTransformationsMakeAnEmptyChain) {
  EXPECT_TRUE(chain_of({})->empty());
  EXPECT_TRUE(chain_of({{"transforms", ""}})->empty());
  EXPECT_TRUE(chain_of({{"predicates", "p"}, {"predicates.p.type", "RecordIsTombstone"}})->empty());
}

}  // namespace
}  // namespace millrace

// What a config topic's records come to, compacted at any point.
#include "storage/cluster_config_builder.h"

#include "fake_topic_log.h"

#include <algorithm>
#include <ctime>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Writes the records that workers write.
class Log : public FakeTopic {
 public:
  void connector(const std::string& name, const std::string& version = "1") {
    append(connector_key(name), *properties_value({{"name", name}, {"v", version}}));
  }
  void target(const std::string& name, TargetState state) {
    append(target_key(name), target_value(state));
  }
  void task(const std::string& name, int task, const std::string& version = "1") {
    append(task_key({name, task}),
           *properties_value({{"v", version}, {"n", std::to_string(task)}}));
  }
  void commit(const std::string& name, int tasks) { append(commit_key(name), commit_value(tasks)); }
  void tasks(const std::string& name, int count, const std::string& version = "1") {
    for (int i = 0; i < count; ++i) task(name, i, version);
    commit(name, count);
  }
  void remove(const std::string& name) {
    append(connector_key(name), std::nullopt);
    append(target_key(name), std::nullopt);
  }
};

std::string describe(const Result<ConfigChange>& change) {
  struct {
    std::string operator()(std::monostate) const { return "nothing"; }
    std::string operator()(const ConnectorChanged& c) const { return "changed " + c.name; }
    std::string operator()(const ConnectorRemoved& c) const { return "removed " + c.name; }
    std::string operator()(const TasksChanged& c) const { return "tasks " + c.connector; }
    std::string operator()(const TargetChanged& c) const { return "target " + c.connector; }
    std::string operator()(const SessionKey& key) const { return "key " + key.algorithm; }
    std::string operator()(const RestartWish& wish) const { return "restart " + wish.connector; }
    std::string operator()(const LogLevelRecord& level) const { return "level " + level.logger; }
  } words;
  return change ? std::visit(words, *change) : "malformed";
}

class ClusterConfigTest : public testing::Test {
 protected:
  /// Applies what the log has got since the last call.
  std::shared_ptr<const ClusterConfig> read() {
    for (const FakeTopic::Record& record : log.records(position_)) {
      position_ = record.offset + 1;
      const std::string change = describe(builder_.apply(record.view()));
      if (change != "nothing") changes.push_back(change);
    }
    return builder_.snapshot();
  }
  ConnectorEntry foo() {
    const auto config = read();
    const ConnectorEntry* entry = config->find("foo");
    if (entry == nullptr) ADD_FAILURE() << "no connector foo";
    return entry == nullptr ? ConnectorEntry() : *entry;
  }

  Log log;
  std::vector<std::string> changes;

 private:
  ClusterConfigBuilder builder_;
  std::int64_t position_ = 0;
};

std::vector<ConfigMap> tasks(int count, const std::string& version = "1") {
  std::vector<ConfigMap> configs;
  for (int i = 0; i < count; ++i) configs.push_back({{"v", version}, {"n", std::to_string(i)}});
  return configs;
}

TEST_F(ClusterConfigTest, AnEmptyTopicHasNoOffset) {
  EXPECT_EQ(read()->offset, -1);
  EXPECT_THAT(read()->connectors, IsEmpty());
}

TEST_F(ClusterConfigTest, AConnectorIsStartedUnlessItWasCreatedOtherwise) {  // S9
  log.connector("foo");
  EXPECT_EQ(foo().target, TargetState::started);
  log.target("bar", TargetState::stopped);
  EXPECT_EQ(read()->find("bar"), nullptr);
  log.connector("bar");
  EXPECT_EQ(read()->find("bar")->target, TargetState::stopped);
  EXPECT_THAT(changes, ElementsAre("changed foo", "changed bar"));
}

TEST_F(ClusterConfigTest, OnlyARealChangeOfTheTargetIsTold) {  // S9
  log.connector("foo");
  log.target("foo", TargetState::started);
  log.target("foo", TargetState::paused);
  log.target("foo", TargetState::paused);
  log.append("target-state-foo", std::nullopt);
  EXPECT_EQ(foo().target, TargetState::started);
  EXPECT_THAT(changes, ElementsAre("changed foo", "target foo", "target foo"));
}

TEST_F(ClusterConfigTest, OldTargetStatesAreRead) {  // C27
  log.connector("foo");
  log.append("target-state-foo", R"({"state":"PAUSED"})");
  EXPECT_EQ(foo().target, TargetState::paused);
  log.append("target-state-foo", R"({"state":"PAUSED","state.v2":"STOPPED"})");
  EXPECT_EQ(foo().target, TargetState::stopped);
}

TEST_F(ClusterConfigTest, TasksWaitForTheirCommit) {  // S11
  log.connector("foo");
  log.task("foo", 0);
  log.task("foo", 1);
  EXPECT_THAT(foo().task_configs, IsEmpty());
  EXPECT_FALSE(foo().applied);
  log.commit("foo", 2);
  EXPECT_EQ(foo().task_configs, tasks(2));
  EXPECT_EQ(foo().applied, foo().config);
  EXPECT_THAT(changes, ElementsAre("changed foo", "tasks foo"));
  log.connector("foo", "2");
  EXPECT_NE(foo().applied, foo().config);
}

TEST_F(ClusterConfigTest, ALaterCommitNeedsAllOfThemAgain) {  // S11
  log.connector("foo");
  log.tasks("foo", 2);
  log.task("foo", 1, "2");
  log.commit("foo", 2);
  EXPECT_TRUE(foo().inconsistent);
  EXPECT_THAT(foo().task_configs, IsEmpty());
  log.task("foo", 0, "3");
  log.commit("foo", 2);
  EXPECT_TRUE(foo().inconsistent) << "task 1 was dropped with the commit before";
  log.tasks("foo", 2, "4");
  EXPECT_FALSE(foo().inconsistent);
  EXPECT_EQ(foo().task_configs, tasks(2, "4"));
  EXPECT_EQ(changes.size(), 5U) << "each commit is told, complete or not";
}

TEST_F(ClusterConfigTest, ACommitOfNoTasksIsComplete) {
  log.connector("foo");
  log.tasks("foo", 2);
  log.commit("foo", 0);
  EXPECT_FALSE(foo().inconsistent);
  EXPECT_THAT(foo().task_configs, IsEmpty());
}

TEST_F(ClusterConfigTest, AHugeCountIsIncomplete) {
  log.connector("foo");
  log.task("foo", 0);
  log.commit("foo", 2147483647);
  EXPECT_TRUE(foo().inconsistent);
}

TEST_F(ClusterConfigTest, HeldTasksBeyondTheCountDoNoHarm) {  // S13
  log.connector("foo");
  log.skip();  // task 0
  log.task("foo", 1);
  log.task("foo", 2);
  log.skip();  // commit 3
  log.task("foo", 0, "2");
  log.commit("foo", 1);
  EXPECT_FALSE(foo().inconsistent);
  EXPECT_EQ(foo().task_configs, tasks(1, "2"));
}

TEST_F(ClusterConfigTest, AGapLeavesAConnectorWithoutTasks) {  // S13, C25
  log.connector("foo");
  log.skip();
  log.task("foo", 1);
  log.commit("foo", 2);
  log.task("foo", 0);
  EXPECT_TRUE(foo().inconsistent);
  EXPECT_THAT(foo().task_configs, IsEmpty());
  log.tasks("foo", 2, "2");  // the owner writes all of them
  EXPECT_FALSE(foo().inconsistent);
  EXPECT_EQ(foo().task_configs, tasks(2, "2"));
}

TEST_F(ClusterConfigTest, ACommitWithoutAConnectorIsForgotten) {  // S12, C26
  log.task("foo", 0);
  log.commit("foo", 1);
  EXPECT_THAT(read()->connectors, IsEmpty());
  log.connector("foo");
  EXPECT_THAT(foo().task_configs, IsEmpty());
  EXPECT_FALSE(foo().inconsistent);
  EXPECT_FALSE(foo().applied);
  EXPECT_FALSE(foo().fencing_pending);
  EXPECT_THAT(changes, ElementsAre("changed foo"));
  log.commit("foo", 1);
  EXPECT_TRUE(foo().inconsistent) << "the held task went with the commit";
}

TEST_F(ClusterConfigTest, ARemovedConnectorTakesItsTasksAlong) {  // S12, C31
  log.connector("foo");
  log.target("foo", TargetState::paused);
  log.tasks("foo", 2);
  log.remove("foo");
  EXPECT_EQ(read()->find("foo"), nullptr);
  log.connector("foo", "2");
  const ConnectorEntry again = foo();
  EXPECT_THAT(again.task_configs, IsEmpty());
  EXPECT_EQ(again.target, TargetState::started);
  EXPECT_EQ(again.generation, 0);
  EXPECT_FALSE(again.applied);
  EXPECT_TRUE(again.fencing_pending) << "what was fenced outlives it";
  EXPECT_THAT(changes,
              ElementsAre("changed foo", "target foo", "tasks foo", "removed foo", "changed foo"));
}

TEST_F(ClusterConfigTest, TheTargetOutlivesTheConnectorUpToItsOwnTombstone) {  // S12
  log.connector("foo");
  log.target("foo", TargetState::stopped);
  log.append("connector-foo", std::nullopt);
  log.connector("foo", "2");
  EXPECT_EQ(foo().target, TargetState::stopped);
}

TEST_F(ClusterConfigTest, GenerationsCountTheCommitsWithTasks) {  // S14
  log.connector("foo");
  log.commit("foo", 0);
  EXPECT_EQ(foo().generation, 0);
  log.tasks("foo", 1);
  EXPECT_EQ(foo().generation, 1);
  log.commit("foo", 0);
  EXPECT_EQ(foo().generation, 2);
  log.commit("foo", 1);  // incomplete
  EXPECT_EQ(foo().generation, 2);
}

TEST_F(ClusterConfigTest, FencingIsPendingFromACommitOn) {  // S15
  log.connector("foo");
  log.tasks("foo", 2);
  EXPECT_TRUE(foo().fencing_pending);
  log.append("tasks-fencing-foo", fencing_value(2));
  EXPECT_FALSE(foo().fencing_pending);
  EXPECT_EQ(foo().fenced_tasks, 2);
  log.commit("foo", 0);
  EXPECT_TRUE(foo().fencing_pending);
}

TEST_F(ClusterConfigTest, TheNewestSessionKeyIsKept) {  // S16
  log.append("session-key", *session_key_value({"a", "HmacSHA1", 1}));
  log.append("session-key", *session_key_value({"b", "HmacSHA256", 2}));
  EXPECT_EQ(read()->session_key, (SessionKey{"b", "HmacSHA256", 2}));
  EXPECT_THAT(changes, ElementsAre("key HmacSHA1", "key HmacSHA256"));
}

TEST_F(ClusterConfigTest, TheOffsetCountsAsEveryWorkerCounts) {  // S8, C20
  log.connector("foo");
  EXPECT_EQ(read()->offset, 1);
  log.append("what-is-this", "{}");
  EXPECT_EQ(read()->offset, 2);
  log.append("connector-foo", R"({"properties":[]})");
  EXPECT_EQ(read()->offset, 3);
  log.append("commit-foo", std::nullopt);
  EXPECT_EQ(read()->offset, 4);
  log.append("connector-bar", "not JSON");
  EXPECT_EQ(read()->offset, 4);
  log.skip(3);  // a transaction's end
  EXPECT_EQ(read()->offset, 4);
  log.append("connector-foo", std::nullopt);
  EXPECT_EQ(read()->offset, 9);
}

TEST_F(ClusterConfigTest, SnapshotsShareWhatDidNotChange) {
  log.connector("foo");
  log.connector("bar");
  const auto before = read();
  log.target("bar", TargetState::paused);
  const auto after = read();
  EXPECT_EQ(before->connectors.at("foo"), after->connectors.at("foo"));
  EXPECT_EQ(before->find("bar")->target, TargetState::started);
  EXPECT_EQ(after->find("bar")->target, TargetState::paused);
  EXPECT_EQ(read(), after) << "nothing happened";
}

// Compaction. Everything below `point` that has a newer record of its key below `point` is gone,
// and so are tombstones below `tombstones`, which lies at or before it.
std::vector<FakeTopic::Record> compacted(const std::vector<FakeTopic::Record>& log,
                                         std::int64_t point, std::int64_t tombstones) {
  std::map<std::string, std::int64_t> newest;
  for (const auto& record : log) {
    if (record.offset < point) newest[*record.key] = record.offset;
  }
  std::vector<FakeTopic::Record> left;
  for (const auto& record : log) {
    const bool superseded = record.offset < point && newest[*record.key] != record.offset;
    const bool gone = !record.value && record.offset < tombstones;
    if (!superseded && !gone) left.push_back(record);
  }
  return left;
}

std::shared_ptr<const ClusterConfig> state_of(const std::vector<FakeTopic::Record>& log) {
  ClusterConfigBuilder builder;
  for (const auto& record : log) (void)builder.apply(record.view());
  return builder.snapshot();
}

/// One life of two connectors, chosen by the seed.
void live(Log& log, unsigned seed) {
  std::minstd_rand dice(seed);
  const auto roll = [&dice](unsigned sides) { return dice() % sides; };
  for (int step = 0; step < 14; ++step) {
    const std::string name = roll(2) == 0 ? "foo" : "bar";
    const std::string version = std::to_string(step);
    const int count = static_cast<int>(roll(4));
    switch (roll(7)) {
      case 0: log.remove(name); break;
      case 1: log.connector(name, version); break;
      case 2: log.target(name, static_cast<TargetState>(roll(3))); break;
      case 3:  // a leader died on the way
        for (int i = 0; i < count; ++i) log.task(name, i, version);
        break;
      default:
        log.connector(name, version);
        log.tasks(name, count, version);
        break;
    }
  }
}

/// Compares a connector as a compacted log has it with what the whole log says: the same, or
/// without tasks and known to be so, never other tasks. True: without.
bool lost_its_tasks(const ConnectorEntry& entry, const ConnectorEntry& expected) {
  EXPECT_EQ(entry.config, expected.config);
  EXPECT_EQ(entry.target, expected.target);
  if (entry.task_configs == expected.task_configs && entry.inconsistent == expected.inconsistent) {
    return false;
  }
  EXPECT_THAT(entry.task_configs, IsEmpty());
  // The configuration that a commit belonged to is gone: no commit was seen (C26).
  EXPECT_TRUE(entry.inconsistent || !entry.applied);
  return true;
}

TEST(ConfigCompaction, ChangesNothingOrLeavesAConnectorWithoutTasks) {
  int without_tasks = 0;
  for (unsigned seed = 1; seed <= 60; ++seed) {
    Log log;
    live(log, seed);
    const auto records = log.records();
    const auto whole = state_of(records);
    const auto end = static_cast<std::int64_t>(records.size());
    for (std::int64_t point = 0; point <= end; ++point) {
      for (const std::int64_t tombstones : {std::int64_t{0}, point / 2, point}) {
        const auto left = state_of(compacted(records, point, tombstones));
        EXPECT_EQ(left->connectors.size(), whole->connectors.size());
        for (const auto& [name, expected] : whole->connectors) {
          const ConnectorEntry* entry = left->find(name);
          ASSERT_NE(entry, nullptr) << name;
          without_tasks += lost_its_tasks(*entry, *expected) ? 1 : 0;
        }
        ASSERT_FALSE(HasFailure()) << "seed " << seed << ", compacted up to " << point
                                   << ", tombstones up to " << tombstones;
      }
    }
  }
  EXPECT_GT(without_tasks, 100) << "the lives were too tame";
}

/// The processor's time that reading so many connectors takes; the best of three.
double seconds_for(int connectors) {
  Log log;
  for (int i = 0; i < connectors; ++i) {
    const std::string name = "connector-number-" + std::to_string(i);
    log.target(name, TargetState::started);
    log.connector(name);
    log.tasks(name, 1);
  }
  const auto records = log.records();
  double best = 1e9;
  for (int i = 0; i < 3; ++i) {
    const std::clock_t start = std::clock();
    EXPECT_EQ(state_of(records)->connectors.size(), static_cast<std::size_t>(connectors));
    best = std::min(best, static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
  }
  return best;
}

TEST(ClusterConfigTime, GrowsWithTheConnectorsAndNoFaster) {
  EXPECT_LT(seconds_for(1000) / seconds_for(250), 9) << "4 is linear, 16 quadratic";
}

}  // namespace
}  // namespace millrace::storage

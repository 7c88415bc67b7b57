#pragma once

#include "base/clock.h"
#include "base/log.h"
#include "base/mutex.h"
#include "group/connect_protocol.h"
#include "group/member.h"
#include "unit/group/fake_broker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace millrace::group {

using namespace std::chrono_literals;

/// A host that remembers what it was told.
class FakeHost final : public GroupHost {
 public:
  enum class Kind : std::uint8_t { rejoin_wanted, assigned, coordinator_lost, failed };
  struct Event {
    EventNumber number = 0;
    Kind kind{};
    RejoinWanted rejoin;
    Assigned assigned;
    std::optional<Error> error;
  };

  std::shared_ptr<const ConfigSnapshot> config() override {
    const MutexLock lock(mutex_);
    return config_;
  }
  void rejoin_wanted(EventNumber event, const RejoinWanted& rejoin) override {
    add({.number = event, .kind = Kind::rejoin_wanted, .rejoin = rejoin});
  }
  void assigned(EventNumber event, const Assigned& assigned) override {
    add({.number = event, .kind = Kind::assigned, .assigned = assigned});
  }
  void coordinator_lost(EventNumber event) override {
    add({.number = event, .kind = Kind::coordinator_lost});
  }
  void failed(EventNumber event, const Error& error) override {
    add({.number = event, .kind = Kind::failed, .error = error});
  }

  void configure(ConfigSnapshot config) {
    const MutexLock lock(mutex_);
    config_ = std::make_shared<const ConfigSnapshot>(std::move(config));
  }
  /// The event of that number; fails the test when it does not come or is of another kind.
  Event wait(EventNumber number, Kind kind, std::chrono::seconds limit = 20s) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    const MutexLock lock(mutex_);
    while (events_.size() < number) {
      if (!changed_.wait_until(mutex_, deadline)) {
        ADD_FAILURE() << "event " << number << " does not come";
        return {};
      }
    }
    Event event = events_[number - 1];
    EXPECT_EQ(event.number, number);
    EXPECT_EQ(event.kind, kind) << "event " << number << " "
                                << (event.error ? event.error->message() : event.rejoin.reason);
    return event;
  }
  [[nodiscard]] EventNumber last() const {
    const MutexLock lock(mutex_);
    return events_.size();
  }

 private:
  void add(Event event) {
    const MutexLock lock(mutex_);
    events_.push_back(std::move(event));
    changed_.notify_all();
  }

  mutable Mutex mutex_;
  CondVar changed_;
  std::vector<Event> events_ GUARDED_BY(mutex_);
  std::shared_ptr<const ConfigSnapshot> config_ GUARDED_BY(mutex_) =
      std::make_shared<const ConfigSnapshot>();
};

/// One member and a broker that does as it is told; the time stands still between `advance`s.
class GroupTest : public ::testing::Test {
 protected:
  using Kind = FakeHost::Kind;
  using Beat = std::pair<std::string, std::int32_t>;

  GroupTest() {
    settings.group_id = "g";
    settings.network.client_id = "connect-w1:8083";
    settings.network.bootstrap = {broker.endpoint()};
    host.configure({.offset = 5, .connectors = {{"c", 2}}});
  }
  ~GroupTest() override { member.reset(); }

  void make() {
    Result<std::unique_ptr<GroupMember>> made =
        GroupMember::make(settings, "http://w1:8083/", host, clock);
    ASSERT_TRUE(made) << made.error().message();
    member = std::move(*made);
  }
  void start() {
    make();
    member->join(0, "the worker starts");
  }
  /// Joined: the leader and only member, with all there is.
  Assigned start_and_join() {
    start();
    return host.wait(1, Kind::assigned).assigned;
  }
  void advance(std::chrono::milliseconds time) {
    clock.advance(time);
    member->check_time();
  }
  /// In steps, for the member may be about to set its next timer: a time that passes all at once
  /// could pass before that.
  void advance_until(const std::function<bool()>& so, std::chrono::milliseconds step) {
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (!so()) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline);
      advance(step);
      std::this_thread::sleep_for(1ms);
    }
  }
  /// A heartbeat interval passes, and the heartbeat is answered.
  void beat() {
    const std::size_t before = broker.count(Api::heartbeat);
    advance(settings.heartbeat_interval);
    broker.wait_for(Api::heartbeat, before + 1);
  }
  /// Until the log holds such a line: what a member does without asking anybody.
  void wait_log(const std::string& part) const {
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (!log.contains(part)) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "never logged: " << part;
      std::this_thread::sleep_for(1ms);
    }
  }
  FakeBroker::Join nth_join(std::size_t number) {
    return FakeBroker::read_join(broker.wait_for(Api::join_group, number));
  }
  /// What a JoinGroup says that the member holds; none: nothing yet.
  static std::optional<Work> claimed(const FakeBroker::Join& join) {
    const Result<WorkerMetadata> metadata = decode_metadata(join.protocols.front().second);
    EXPECT_TRUE(metadata);
    if (!metadata->allocation) return std::nullopt;
    return metadata->allocation->assigned;
  }
  static Assignment assignment(Work assigned, Work revoked = {},
                               std::chrono::milliseconds delay = 0ms) {
    return {.leader = "l",
            .leader_url = "http://l:8083/",
            .config_offset = 5,
            .assigned = std::move(assigned),
            .revoked = std::move(revoked),
            .delay = delay};
  }

  const Work all{{"c"}, {{"c", 0}, {"c", 1}}};
  log::Capture log;  // keeps the lines out of the tests' output
  FakeBroker broker;
  ManualClock clock;
  FakeHost host;
  GroupSettings settings;
  std::unique_ptr<GroupMember> member;
};

}  // namespace millrace::group

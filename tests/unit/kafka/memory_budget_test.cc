#include "kafka/memory_budget.h"

#include "kafka/rd_client.h"

#include <gtest/gtest.h>

#include <vector>

namespace millrace::kafka {
namespace {

TEST(MemoryBudget, AHundredClientsStayBelowTheBound) {
  const auto budget = std::make_shared<MemoryBudget>(256LL << 20);
  std::vector<MemoryBudget::Share> shares;
  std::int64_t sum = 0;
  for (int i = 0; i < 100; ++i) {
    shares.push_back(MemoryBudget::take(budget));
    sum += shares.back().bytes();
    EXPECT_GE(shares.back().bytes(), MemoryBudget::smallest_share);
    EXPECT_LE(shares.back().bytes(), MemoryBudget::largest_share);
  }
  EXPECT_LE(sum, budget->total());
  EXPECT_EQ(budget->left(), budget->total() - sum);
  EXPECT_EQ(shares.front().bytes(), MemoryBudget::largest_share);
}

TEST(MemoryBudget, SharesComeBack) {
  const auto budget = std::make_shared<MemoryBudget>(64LL << 20);
  {
    MemoryBudget::Share one = MemoryBudget::take(budget);
    const MemoryBudget::Share moved = std::move(one);
    EXPECT_EQ(budget->left(), budget->total() - moved.bytes());
  }
  EXPECT_EQ(budget->left(), budget->total());
}

TEST(MemoryBudget, AnEmptyBudgetStillLetsClientsWork) {
  const auto budget = std::make_shared<MemoryBudget>(1);
  EXPECT_EQ(MemoryBudget::take(budget).bytes(), MemoryBudget::smallest_share);
}

std::int64_t number(const NativeSettings& settings, std::string_view name) {
  const std::string* value = settings.find(name);
  return value == nullptr ? -1 : std::stoll(*value);
}

TEST(MemoryBudget, ConsumersPrefetchWithinTheirShare) {
  for (const std::int64_t share :
       {MemoryBudget::smallest_share, std::int64_t{1} << 20, MemoryBudget::largest_share}) {
    Result<NativeSettings> settings =
        translate(ClientKind::consumer, {{"bootstrap.servers", "a:1"}, {"group.id", "g"}});
    ASSERT_TRUE(settings);
    apply_share(ClientKind::consumer, *settings, share);
    // Full queue, one more fetch, lines of a hundred bytes with librdkafka's overhead on top.
    constexpr std::int64_t line = 100;
    constexpr std::int64_t overhead = 350;
    const std::int64_t waiting = number(*settings, "queued.min.messages");
    const std::int64_t fetch = number(*settings, "fetch.max.bytes");
    EXPECT_LE(waiting * (line + overhead) + fetch / line * (line + overhead), share + (64 << 10))
        << share;
    EXPECT_LE(number(*settings, "queued.max.messages.kbytes") * 1024, share);
    EXPECT_LE(number(*settings, "max.partition.fetch.bytes"), fetch);
  }
}

TEST(MemoryBudget, WhatTheUserSetsStays) {
  Result<NativeSettings> producer = translate(
      ClientKind::producer,
      {{"bootstrap.servers", "a:1"}, {"buffer.memory", "1048576"}, {"max.request.size", "2000"}});
  ASSERT_TRUE(producer);
  apply_share(ClientKind::producer, *producer, 8 << 20);
  EXPECT_EQ(number(*producer, "queue.buffering.max.kbytes"), 1024);
  Result<NativeSettings> consumer =
      translate(ClientKind::consumer,
                {{"bootstrap.servers", "a:1"}, {"group.id", "g"}, {"fetch.max.bytes", "52428800"}});
  ASSERT_TRUE(consumer);
  apply_share(ClientKind::consumer, *consumer, 8 << 20);
  EXPECT_EQ(number(*consumer, "fetch.max.bytes"), 52428800);
}

TEST(MemoryBudget, TheLargestRecordAlwaysFitsIntoTheQueue) {
  Result<NativeSettings> producer = translate(
      ClientKind::producer, {{"bootstrap.servers", "a:1"}, {"max.request.size", "50000000"}});
  ASSERT_TRUE(producer);
  apply_share(ClientKind::producer, *producer, MemoryBudget::smallest_share);
  EXPECT_GT(number(*producer, "queue.buffering.max.kbytes") * 1024, 50'000'000);
}

}  // namespace
}  // namespace millrace::kafka

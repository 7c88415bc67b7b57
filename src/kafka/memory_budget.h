#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

namespace millrace::kafka {

/// The bytes that all clients of a worker may hold together: prefetched messages and records in
/// flight. Each client takes a share when it is made and gives it back when it goes; librdkafka's
/// limits cannot be changed later, so the first ones must leave something for those to come.
/// Threads: any.
class MemoryBudget {
 public:
  /// A part of the budget, given back at the end. Keeps the budget alive.
  class Share {
   public:
    Share() = default;
    Share(Share&& other) noexcept;
    Share& operator=(Share&& other) noexcept;
    ~Share();
    [[nodiscard]] std::int64_t bytes() const { return bytes_; }

   private:
    friend class MemoryBudget;
    Share(std::shared_ptr<MemoryBudget> budget, std::int64_t bytes)
        : budget_(std::move(budget)), bytes_(bytes) {}
    std::shared_ptr<MemoryBudget> budget_;
    std::int64_t bytes_ = 0;
  };

  static constexpr std::int64_t smallest_share = 128LL << 10;
  static constexpr std::int64_t largest_share = 8LL << 20;

  explicit MemoryBudget(std::int64_t bytes) : total_(bytes), left_(bytes) {}
  /// A 32nd of what is left, between the two bounds: the hundredth client of a budget of 256 MiB
  /// still gets more than the smallest share. Once nothing is left, clients get the smallest share
  /// and the budget is exceeded by it. most: for clients that need less than others.
  [[nodiscard]] static Share take(const std::shared_ptr<MemoryBudget>& budget,
                                  std::int64_t most = largest_share);
  [[nodiscard]] std::int64_t total() const { return total_; }
  [[nodiscard]] std::int64_t left() const { return left_.load(std::memory_order_relaxed); }

 private:
  const std::int64_t total_;
  std::atomic<std::int64_t> left_;
};

}  // namespace millrace::kafka

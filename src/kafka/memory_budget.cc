#include "kafka/memory_budget.h"

#include <algorithm>
#include <utility>

namespace millrace::kafka {

MemoryBudget::Share::Share(Share&& other) noexcept
    : budget_(std::move(other.budget_)), bytes_(std::exchange(other.bytes_, 0)) {}

MemoryBudget::Share& MemoryBudget::Share::operator=(Share&& other) noexcept {
  std::swap(budget_, other.budget_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

MemoryBudget::Share::~Share() {
  if (budget_ != nullptr) budget_->left_.fetch_add(bytes_, std::memory_order_relaxed);
}

MemoryBudget::Share MemoryBudget::take(const std::shared_ptr<MemoryBudget>& budget,
                                       std::int64_t most) {
  std::atomic<std::int64_t>& all = budget->left_;
  std::int64_t left = all.load(std::memory_order_relaxed);
  std::int64_t bytes = 0;
  do {
    bytes = std::clamp(left / 32, smallest_share, most);
  } while (!all.compare_exchange_weak(left, left - bytes, std::memory_order_relaxed));
  return {budget, bytes};
}

}  // namespace millrace::kafka

#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <vector>

namespace millrace {

/// Memory that is handed out piece by piece, taken back all at once, and then handed out again.
/// Threads: one at a time.
class BatchMemory {
 public:
  /// alignment: a power of two, at most that of operator new.
  void* allocate(std::size_t size, std::size_t alignment) {
    for (; block_ < blocks_.size(); ++block_, used_ = 0) {
      const std::size_t start = (used_ + alignment - 1) & ~(alignment - 1);
      if (start + size > blocks_[block_].size) continue;
      used_ = start + size;
      return blocks_[block_].bytes.get() + start;
    }
    const std::size_t block_size = std::max(size, next_size_);
    next_size_ = std::min(2 * next_size_, largest_block);
    blocks_.push_back({std::make_unique_for_overwrite<std::byte[]>(block_size), block_size});
    used_ = size;
    return blocks_.back().bytes.get();
  }

  /// Everything handed out is invalid. The first few MiB are kept for what comes next.
  void clear() {
    std::size_t kept = 0;
    std::size_t blocks = 0;
    while (blocks < blocks_.size() && (kept += blocks_[blocks].size) <= kept_bytes) ++blocks;
    blocks_.resize(blocks);
    block_ = 0;
    used_ = 0;
  }

 private:
  static constexpr std::size_t largest_block = std::size_t{1} << 20U;
  static constexpr std::size_t kept_bytes = std::size_t{4} << 20U;

  struct Block {
    std::unique_ptr<std::byte[]> bytes;
    std::size_t size = 0;
  };
  std::vector<Block> blocks_;
  std::size_t block_ = 0;  ///< the one in use
  std::size_t used_ = 0;   ///< bytes of it
  std::size_t next_size_ = std::size_t{16} << 10U;
};

}  // namespace millrace

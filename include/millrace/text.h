#pragma once

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace millrace {

namespace detail {

/// Characters that are either borrowed from somewhere else or shared, counted and never changed.
/// Threads: copies may live on different threads; one instance belongs to one thread.
class SharedBuffer {
 public:
  SharedBuffer() noexcept = default;
  SharedBuffer(const SharedBuffer& other) noexcept
      : data_(other.data_), size_(other.size_), block_(other.block_) {
    if (block_ != nullptr) block_->references.fetch_add(1, std::memory_order_relaxed);
  }
  SharedBuffer(SharedBuffer&& other) noexcept
      : data_(std::exchange(other.data_, "")),
        size_(std::exchange(other.size_, 0)),
        block_(std::exchange(other.block_, nullptr)) {}
  SharedBuffer& operator=(SharedBuffer other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(block_, other.block_);
    return *this;
  }
  ~SharedBuffer() {
    if (block_ != nullptr && block_->references.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      ::operator delete(block_);
    }
  }

  [[nodiscard]] std::string_view view() const noexcept { return {data_, size_}; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  /// Whether it only points at memory that somebody else keeps.
  [[nodiscard]] bool borrowed() const noexcept { return block_ == nullptr && size_ != 0; }

 protected:
  static SharedBuffer borrowing(std::string_view text) noexcept {
    SharedBuffer buffer;
    if (!text.empty()) buffer.data_ = text.data();
    buffer.size_ = text.size();
    return buffer;
  }
  static SharedBuffer copying(std::string_view text) {
    SharedBuffer buffer;
    if (text.empty()) return buffer;
    void* memory = ::operator new(sizeof(Block) + text.size());
    buffer.block_ = new (memory) Block{};
    char* characters = static_cast<char*>(memory) + sizeof(Block);
    std::memcpy(characters, text.data(), text.size());
    buffer.data_ = characters;
    buffer.size_ = text.size();
    return buffer;
  }

 private:
  struct Block {
    std::atomic<std::uint64_t> references{1};
  };
  const char* data_ = "";
  std::size_t size_ = 0;
  Block* block_ = nullptr;
};

}  // namespace detail

/// UTF-8 text. Made from a string it owns a shared, unchanging copy (copying it again is cheap);
/// made by `borrow` it points into memory that must outlive it, such as the Kafka message of a
/// record. `retained()` gives one that owns its characters in either case.
class Text : public detail::SharedBuffer {
 public:
  Text() noexcept = default;
  Text(const std::string& text) : SharedBuffer(copying(text)) {}
  Text(const char* text) : SharedBuffer(copying(text)) {}
  explicit Text(std::string_view text) : SharedBuffer(copying(text)) {}

  /// No copy: the memory must stay as it is for as long as this Text, or a copy of it, is used.
  static Text borrow(std::string_view text) noexcept { return Text(borrowing(text)); }
  [[nodiscard]] Text retained() const { return borrowed() ? Text(view()) : *this; }
  [[nodiscard]] std::string str() const { return std::string(view()); }

  friend bool operator==(const Text& a, const Text& b) noexcept { return a.view() == b.view(); }
  template <class Characters>
    requires std::convertible_to<const Characters&, std::string_view>
  friend bool operator==(const Text& a, const Characters& b) noexcept {
    return a.view() == std::string_view(b);
  }
  friend auto operator<=>(const Text& a, const Text& b) noexcept { return a.view() <=> b.view(); }

 private:
  explicit Text(SharedBuffer buffer) noexcept : SharedBuffer(std::move(buffer)) {}
};

/// Bytes, borrowed or shared like Text.
class Bytes : public detail::SharedBuffer {
 public:
  Bytes() noexcept = default;
  explicit Bytes(std::string_view bytes) : SharedBuffer(copying(bytes)) {}

  static Bytes borrow(std::string_view bytes) noexcept { return Bytes(borrowing(bytes)); }
  [[nodiscard]] Bytes retained() const { return borrowed() ? Bytes(view()) : *this; }
  [[nodiscard]] std::span<const std::byte> span() const noexcept {
    return std::as_bytes(std::span(view()));
  }

  friend bool operator==(const Bytes& a, const Bytes& b) noexcept { return a.view() == b.view(); }

 private:
  explicit Bytes(SharedBuffer buffer) noexcept : SharedBuffer(std::move(buffer)) {}
};

}  // namespace millrace

#pragma once

#include <string>
#include <utility>

namespace millrace::file {

/// An open file of the system. Owned ones are closed at the end; the standard streams are borrowed.
class Descriptor {
 public:
  Descriptor() = default;
  static Descriptor own(int number) { return {number, true}; }
  static Descriptor borrow(int number) { return {number, false}; }
  Descriptor(Descriptor&& other) noexcept
      : number_(std::exchange(other.number_, -1)), owned_(std::exchange(other.owned_, false)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    std::swap(owned_, other.owned_);
    return *this;
  }
  ~Descriptor();

  [[nodiscard]] int number() const { return number_; }
  /// Gives the number away for the caller to close; -1 when it is borrowed or there is none.
  int release() {
    const int number = std::exchange(number_, -1);
    return std::exchange(owned_, false) ? number : -1;
  }
  explicit operator bool() const { return number_ >= 0; }

 private:
  Descriptor(int number, bool owned) : number_(number), owned_(owned) {}
  int number_ = -1;
  bool owned_ = false;
};

/// "No such file or directory" and the like, for a value of errno. Threads: any.
std::string system_text(int error);

}  // namespace millrace::file

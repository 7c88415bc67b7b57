#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace millrace::file {

/// Cuts a stream of bytes into lines, however it was cut into reads. A line ends at \n, \r or \r\n;
/// a \r at the very end waits for the byte after it. Every byte is looked at once or twice.
/// Use:     write into space(), say how much with filled(), take lines with next() until none is
///          left, and again.
/// Memory:  1 KiB at first, doubled while reads fill it, up to 256 KiB; more only for a line that
///          needs it, and no more than its longest line.
class LineBuffer {
 public:
  static constexpr std::size_t first_capacity = 1024;
  static constexpr std::size_t usual_capacity = 256 * 1024;

  /// longest_line: bytes, without the line's end.
  explicit LineBuffer(std::size_t longest_line);

  /// Where the next bytes go, at least one; empty when the line at hand is longer than allowed.
  /// Ends the life of every line that next returned.
  std::span<char> space();
  /// So many bytes were written to the start of space().
  void filled(std::size_t bytes);

  struct Line {
    std::string_view text;  ///< without its end; valid until space() or relax()
    std::size_t bytes;      ///< with its end
  };
  /// The next complete line, or none.
  std::optional<Line> next();

  /// Gives memory back that nothing lies in.
  void relax();
  [[nodiscard]] std::size_t capacity() const { return capacity_; }
  /// Bytes that no line was made of yet.
  [[nodiscard]] std::size_t pending() const { return end_ - start_; }

 private:
  /// The first place at or after start_ of one character, or how far it was looked for.
  struct Mark {
    char character;
    std::size_t at = 0;
    bool found = false;
  };
  void look_for(Mark& mark) const;
  void resize(std::size_t capacity);

  struct Free {
    void operator()(char* memory) const { std::free(memory); }
  };
  const std::size_t longest_line_;
  std::unique_ptr<char, Free> memory_;  // of malloc: large blocks grow without a second copy
  std::size_t capacity_ = 0;
  std::size_t start_ = 0;  // [start_, end_) is to be cut
  std::size_t end_ = 0;
  bool filled_up_ = false;  // the last read left no space
  Mark feed_{'\n'};
  Mark carriage_return_{'\r'};
};

}  // namespace millrace::file

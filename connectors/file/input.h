#pragma once

#include "file/descriptor.h"
#include "millrace/result.h"

#include <chrono>
#include <cstdint>
#include <span>
#include <string>

namespace millrace::file {

/// What a source reads: a file by its path, a named pipe or device, or the standard input.
/// Threads: one.
class Input {
 public:
  /// Why nothing can be read for now.
  enum class State { open, missing, directory };

  /// Opens for reading; missing files and directories are a state, not an error.
  /// Errors (fatal): the system's, with the path.
  Result<State> open(const std::string& path);
  void open_standard_input();

  /// Goes to a place, in bytes. False: this is a stream, which has no places.
  /// Errors (fatal): the system's.
  Result<bool> seek(std::int64_t position);
  /// Reads what is there, at most `space`; 0: nothing at the moment, or the end. Does not block.
  Result<std::size_t> read(std::span<char> space);
  /// Whether wait can notice new bytes: a stream that somebody may still write to.
  [[nodiscard]] bool can_wait() const { return stream_ && !ended_; }
  /// Waits until a read may give something, at most for `time`; whether it may.
  [[nodiscard]] bool wait(std::chrono::milliseconds time) const;
  /// The file's size in bytes as it is now; -1 for streams.
  [[nodiscard]] std::int64_t size() const;

  [[nodiscard]] bool is_open() const { return static_cast<bool>(descriptor_); }
  void close() { descriptor_ = Descriptor(); }
  /// "file 'a.txt'" or "the standard input", for messages.
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  void examine();

  Descriptor descriptor_;
  std::string name_;
  bool stream_ = false;  // a pipe, terminal or socket: bytes come when they come
  bool ended_ = false;   // the last read met the end of a stream
};

}  // namespace millrace::file

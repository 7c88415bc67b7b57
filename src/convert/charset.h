#pragma once

#include "millrace/result.h"

#include <memory>
#include <string>
#include <string_view>

namespace millrace::convert {

/// A character encoding by its Java name ("UTF-8", "latin1", "windows-1252", …).
/// What has no place in the encoding is written as '?'; broken input is read as U+FFFD.
/// Threads: one.
class Charset {
 public:
  /// Errors (invalid_config, Java: SerializationException): no such encoding.
  static Result<Charset> open(const std::string& name);

  Charset(Charset&&) noexcept;
  Charset& operator=(Charset&&) noexcept;
  ~Charset();

  [[nodiscard]] bool utf8() const { return mark_ == Mark::utf8; }
  /// Appends UTF-8 text in this encoding.
  void encode(std::string_view text, std::string& out);
  /// Appends the text behind the bytes as UTF-8.
  void decode(std::string_view bytes, std::string& out);

 private:
  // Java's UTF-16 writes a mark and its UTF-32 does not; both go by the mark when they read and
  // are big endian without one. Every other encoding leaves marks alone.
  enum class Mark { none, utf8, utf16, utf32 };
  struct Engine;
  Charset(Mark mark, std::unique_ptr<Engine> engine);

  Mark mark_;
  std::unique_ptr<Engine> engine_;  // null for UTF-8
};

}  // namespace millrace::convert

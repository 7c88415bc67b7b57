#pragma once

#include "millrace/error.h"
#include "millrace/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::group {

/// How a version of a message writes lengths: as int16 and int32, or compact ("flexible" versions:
/// variable length, one more than the size, and tagged fields at the end of each structure).
enum class Form : std::uint8_t { classic, compact };

/// Writes the primitives of Kafka's protocol; everything big-endian.
class Writer {
 public:
  explicit Writer(Form form = Form::classic) : form_(form) {}

  void boolean(bool value) { int8(value ? 1 : 0); }
  void int8(std::int8_t value) { bytes_.push_back(static_cast<char>(value)); }
  void int16(std::int16_t value) { big_endian(static_cast<std::uint16_t>(value), 2); }
  void int32(std::int32_t value) { big_endian(static_cast<std::uint32_t>(value), 4); }
  void int64(std::int64_t value) { big_endian(static_cast<std::uint64_t>(value), 8); }
  void unsigned_varint(std::uint32_t value);
  /// Texts longer than 32767 bytes have no form in classic versions; they are cut there, for
  /// nothing that we write comes near.
  void text(std::string_view value);
  void nullable_text(const std::optional<std::string>& value);
  void bytes(std::string_view value);
  /// The number of elements, before them.
  void array(std::size_t size);
  /// The end of a structure: no tagged fields, where the form has such.
  void end();
  /// As they are.
  void raw(std::string_view value) { bytes_ += value; }

  [[nodiscard]] const std::string& written() const { return bytes_; }
  [[nodiscard]] std::string take() { return std::move(bytes_); }

 private:
  void big_endian(std::uint64_t value, int size);

  const Form form_;
  std::string bytes_;
};

/// Reads them again, from bytes that must outlive it. The first thing that does not fit is kept as
/// the error; everything read from there on is empty or zero, so that a message can be read in one
/// go and asked at its end.
class Reader {
 public:
  explicit Reader(std::string_view bytes, Form form = Form::classic) : rest_(bytes), form_(form) {}

  // what: the field's name, for the error.
  bool boolean(std::string_view what) { return int8(what) != 0; }
  std::int8_t int8(std::string_view what) { return static_cast<std::int8_t>(big_endian(what, 1)); }
  std::int16_t int16(std::string_view what) {
    return static_cast<std::int16_t>(big_endian(what, 2));
  }
  std::int32_t int32(std::string_view what) {
    return static_cast<std::int32_t>(big_endian(what, 4));
  }
  std::int64_t int64(std::string_view what) {
    return static_cast<std::int64_t>(big_endian(what, 8));
  }
  std::uint32_t unsigned_varint(std::string_view what);
  std::string text(std::string_view what);  ///< null is an error
  std::optional<std::string> nullable_text(std::string_view what);
  std::string_view bytes(std::string_view what);  ///< null comes as empty
  std::optional<std::string_view> nullable_bytes(std::string_view what);
  /// The number of elements, never more than bytes that are left; null comes as 0.
  std::size_t array(std::string_view what);
  /// None: a null array.
  std::optional<std::size_t> nullable_array(std::string_view what);
  /// Steps over the tagged fields at the end of a structure.
  void end();
  void skip(std::size_t size, std::string_view what) { take(size, what); }

  [[nodiscard]] std::size_t left() const { return rest_.size(); }
  [[nodiscard]] bool failed() const { return problem_.has_value(); }
  void fail(std::string problem);
  /// Errors (bad_record): "<message>: field 'x': …".
  [[nodiscard]] Result<void> result(std::string_view message) const;

 private:
  std::uint64_t big_endian(std::string_view what, std::size_t size);
  std::string_view take(std::size_t size, std::string_view what);
  std::optional<std::string_view> sized(std::int64_t size, std::string_view what);
  std::int64_t text_size(std::string_view what);
  std::int64_t compact_or_int32(std::string_view what);

  std::string_view rest_;
  const Form form_;
  std::optional<std::string> problem_;
};

}  // namespace millrace::group

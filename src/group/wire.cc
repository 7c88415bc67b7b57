#include "group/wire.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace millrace::group {

namespace {

constexpr std::size_t longest_classic_text = std::numeric_limits<std::int16_t>::max();

}  // namespace

void Writer::big_endian(std::uint64_t value, int size) {
  for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) {
    bytes_.push_back(static_cast<char>((value >> shift) & 0xff));
  }
}

void Writer::unsigned_varint(std::uint32_t value) {
  for (; value >= 0x80; value >>= 7) bytes_.push_back(static_cast<char>((value & 0x7f) | 0x80));
  bytes_.push_back(static_cast<char>(value));
}

void Writer::text(std::string_view value) {
  if (form_ == Form::compact) {
    unsigned_varint(static_cast<std::uint32_t>(value.size() + 1));
  } else {
    value = value.substr(0, longest_classic_text);
    int16(static_cast<std::int16_t>(value.size()));
  }
  bytes_ += value;
}

void Writer::nullable_text(const std::optional<std::string>& value) {
  if (value) return text(*value);
  if (form_ == Form::compact) return unsigned_varint(0);
  int16(-1);
}

void Writer::bytes(std::string_view value) {
  array(value.size());
  bytes_ += value;
}

void Writer::array(std::size_t size) {
  if (form_ == Form::compact) return unsigned_varint(static_cast<std::uint32_t>(size + 1));
  int32(static_cast<std::int32_t>(size));
}

void Writer::end() {
  if (form_ == Form::compact) unsigned_varint(0);
}

void Reader::fail(std::string problem) {
  if (!problem_) problem_ = std::move(problem);
  rest_ = {};
}

Result<void> Reader::result(std::string_view message) const {
  if (!problem_) return {};
  return Error{ErrorCode::bad_record, "org.apache.kafka.common.protocol.types.SchemaException",
               fmt::format("{}: {}", message, *problem_)};
}

std::string_view Reader::take(std::size_t size, std::string_view what) {
  if (failed()) return {};
  if (size > rest_.size()) {
    fail(fmt::format("field '{}' needs {} bytes, {} are left", what, size, rest_.size()));
    return {};
  }
  const std::string_view taken = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return taken;
}

std::uint64_t Reader::big_endian(std::string_view what, std::size_t size) {
  std::uint64_t value = 0;
  for (const char byte : take(size, what)) value = (value << 8) | static_cast<unsigned char>(byte);
  return value;
}

std::uint32_t Reader::unsigned_varint(std::string_view what) {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 35; shift += 7) {
    const std::string_view byte = take(1, what);
    if (byte.empty()) return 0;
    value |= (static_cast<std::uint64_t>(static_cast<unsigned char>(byte[0])) & 0x7f) << shift;
    if ((static_cast<unsigned char>(byte[0]) & 0x80) != 0) continue;
    if (value > std::numeric_limits<std::uint32_t>::max()) break;
    return static_cast<std::uint32_t>(value);
  }
  fail(fmt::format("field '{}' is no number of up to 32 bits", what));
  return 0;
}

std::int64_t Reader::text_size(std::string_view what) {
  if (form_ == Form::classic) return int16(what);
  return static_cast<std::int64_t>(unsigned_varint(what)) - 1;
}

std::int64_t Reader::compact_or_int32(std::string_view what) {
  if (form_ == Form::classic) return int32(what);
  return static_cast<std::int64_t>(unsigned_varint(what)) - 1;
}

std::optional<std::string_view> Reader::sized(std::int64_t size, std::string_view what) {
  if (failed() || size == -1) return std::nullopt;
  if (size < -1) {
    fail(fmt::format("field '{}' has the length {}", what, size));
    return std::nullopt;
  }
  return take(static_cast<std::size_t>(size), what);
}

std::optional<std::string> Reader::nullable_text(std::string_view what) {
  const std::optional<std::string_view> text = sized(text_size(what), what);
  if (!text) return std::nullopt;
  return std::string(*text);
}

std::string Reader::text(std::string_view what) {
  std::optional<std::string> value = nullable_text(what);
  if (!value && !failed()) fail(fmt::format("field '{}' is null", what));
  return std::move(value).value_or(std::string());
}

std::optional<std::string_view> Reader::nullable_bytes(std::string_view what) {
  return sized(compact_or_int32(what), what);
}

std::string_view Reader::bytes(std::string_view what) {
  return nullable_bytes(what).value_or(std::string_view());
}

std::optional<std::size_t> Reader::nullable_array(std::string_view what) {
  const std::int64_t size = compact_or_int32(what);
  if (failed() || size == -1) return std::nullopt;
  // Each element takes a byte at least: whoever announces more must not make us reserve it.
  if (size < -1 || size > static_cast<std::int64_t>(rest_.size())) {
    fail(fmt::format("field '{}' announces {} elements, {} bytes are left", what, size,
                     rest_.size()));
    return std::nullopt;
  }
  return static_cast<std::size_t>(size);
}

std::size_t Reader::array(std::string_view what) { return nullable_array(what).value_or(0); }

void Reader::end() {
  if (form_ == Form::classic) return;
  const std::uint32_t count = unsigned_varint("number of tagged fields");
  for (std::uint32_t i = 0; i < count && !failed(); ++i) {
    unsigned_varint("tag");
    skip(unsigned_varint("size of a tagged field"), "tagged field");
  }
}

}  // namespace millrace::group

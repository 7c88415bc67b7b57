#include "convert/json_encoding.h"

#include "convert/errors.h"
#include "convert/utf8.h"

#include <cstddef>
#include <cstdint>

namespace millrace::convert {

namespace {

constexpr std::uint32_t broken = 0xFFFD;

struct Encoding {
  std::size_t unit = 1;  // bytes; 0: none that can be read
  bool big_endian = true;
  std::size_t mark = 0;  // bytes to leave out
};

std::uint32_t unit_at(std::string_view bytes, const Encoding& encoding) {
  std::uint32_t unit = 0;
  for (std::size_t i = 0; i < encoding.unit; ++i) {
    const std::size_t at = encoding.big_endian ? i : encoding.unit - 1 - i;
    unit = unit << 8 | static_cast<unsigned char>(bytes[at]);
  }
  return unit;
}

Encoding detect(std::string_view bytes) {
  if (bytes.size() < 2) return {};
  const auto zero = [bytes](std::size_t at) { return bytes[at] == '\0'; };
  if (bytes.size() >= 4) {
    const std::uint32_t first = unit_at(bytes, {.unit = 4});
    if (first == 0x0000FEFF) return {4, true, 4};
    if (first == 0xFFFE0000) return {4, false, 4};
    if (first == 0x0000FFFE || first == 0xFEFF0000) return {.unit = 0};
    if (first >> 16 == 0xFEFF) return {2, true, 2};
    if (first >> 16 == 0xFFFE) return {2, false, 2};
    if (first >> 8 == 0xEFBBBF) return {.mark = 3};
    const int zeros = zero(0) + zero(1) + zero(2) + zero(3);
    if (zeros == 3 && !zero(3)) return {4, true};
    if (zeros == 3 && !zero(0)) return {4, false};
    if (zeros >= 3) return {.unit = 0};
  }
  if (bytes == "\xEF\xBB\xBF") return {.mark = 3};
  if (zero(0)) return {2, true};
  if (zero(1)) return {2, false};
  return {};
}

void translate_utf16(std::string_view bytes, const Encoding& encoding, std::string& out) {
  while (bytes.size() >= 2) {
    std::uint32_t character = unit_at(bytes, encoding);
    bytes.remove_prefix(2);
    const std::uint32_t next = bytes.size() >= 2 ? unit_at(bytes, encoding) : 0;
    if (character >= 0xD800 && character < 0xDC00 && next >= 0xDC00 && next < 0xE000) {
      character = 0x10000 + ((character - 0xD800) << 10) + (next - 0xDC00);
      bytes.remove_prefix(2);
    } else if (character >= 0xD800 && character < 0xE000) {
      character = broken;
    }
    append_utf8(character, out);
  }
  if (!bytes.empty()) append_utf8(broken, out);
}

bool translate_utf32(std::string_view bytes, const Encoding& encoding, std::string& out) {
  for (; bytes.size() >= 4; bytes.remove_prefix(4)) {
    const std::uint32_t character = unit_at(bytes, encoding);
    if (character > 0x10FFFF) return false;
    append_utf8(character, out);
  }
  return bytes.empty();
}

}  // namespace

Result<std::string_view> json_as_utf8(std::string_view bytes, std::string& buffer) {
  // Nearly every message: neither mark nor zero at the start.
  if (bytes.size() >= 2 && bytes[0] > 0 && bytes[1] != '\0') return bytes;
  const Encoding encoding = detect(bytes);
  if (encoding.unit == 1) return bytes.substr(encoding.mark);
  buffer.clear();
  if (encoding.unit == 2) {
    translate_utf16(bytes.substr(encoding.mark), encoding, buffer);
  } else if (encoding.unit == 0 ||
             !translate_utf32(bytes.substr(encoding.mark), encoding, buffer)) {
    return serialization_error("not JSON: neither UTF-8 nor UTF-16 nor UTF-32");
  }
  return std::string_view(buffer);
}

}  // namespace millrace::convert

#include "convert/utf8.h"

#include <simdjson.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace millrace::convert {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

// Most of what comes along, and short: finding it out here is quicker than asking simdjson.
bool is_ascii(std::string_view bytes) {
  std::uint64_t seen = 0;
  for (; bytes.size() >= sizeof seen; bytes.remove_prefix(sizeof seen)) {
    std::uint64_t block = 0;
    std::memcpy(&block, bytes.data(), sizeof block);
    seen |= block;
  }
  for (const char byte : bytes) seen |= static_cast<unsigned char>(byte);
  return (seen & 0x8080808080808080U) == 0;
}

bool continues(std::string_view bytes, std::size_t at) {
  return at < bytes.size() && (static_cast<unsigned char>(bytes[at]) & 0xC0) == 0x80;
}

struct Piece {
  std::size_t size;  // how many bytes are used up
  bool valid;        // false: they stand for one replacement
};

// The first character of bytes that do not start with ASCII.
Piece first_piece(std::string_view bytes) {
  const auto lead = static_cast<unsigned char>(bytes[0]);
  const auto second = static_cast<unsigned char>(bytes.size() > 1 ? bytes[1] : 0);
  if (lead < 0xC2 || lead > 0xF4 || !continues(bytes, 1)) return {1, false};
  if (lead < 0xE0) return {2, true};
  if (lead < 0xF0) {
    if (lead == 0xE0 && second < 0xA0) return {1, false};
    if (!continues(bytes, 2)) return {2, false};
    return {3, lead != 0xED || second < 0xA0};
  }
  if ((lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F)) return {1, false};
  if (!continues(bytes, 2)) return {2, false};
  if (!continues(bytes, 3)) return {3, false};
  return {4, true};
}

}  // namespace

bool is_utf8(std::string_view bytes) {
  return is_ascii(bytes) || simdjson::validate_utf8(bytes.data(), bytes.size());
}

void append_repaired_utf8(std::string_view bytes, std::string& out) {
  const auto one_byte = [](char byte) { return static_cast<signed char>(byte) >= 0; };
  while (!bytes.empty()) {
    const std::size_t run = static_cast<std::size_t>(
        std::find_if_not(bytes.begin(), bytes.end(), one_byte) - bytes.begin());
    out.append(bytes.substr(0, run));
    bytes.remove_prefix(run);
    if (bytes.empty()) return;
    const Piece piece = first_piece(bytes);
    out.append(piece.valid ? bytes.substr(0, piece.size) : replacement);
    bytes.remove_prefix(piece.size);
  }
}

void append_utf8(std::uint32_t character, std::string& out) {
  const auto tail = [character](int shift) {
    return static_cast<char>(0x80 | ((character >> shift) & 0x3F));
  };
  if (character < 0x80) {
    out.push_back(static_cast<char>(character));
  } else if (character < 0x800) {
    out.append({static_cast<char>(0xC0 | (character >> 6)), tail(0)});
  } else if ((character >= 0xD800 && character < 0xE000) || character > 0x10FFFF) {
    out.push_back('?');
  } else if (character < 0x10000) {
    out.append({static_cast<char>(0xE0 | (character >> 12)), tail(6), tail(0)});
  } else {
    out.append({static_cast<char>(0xF0 | (character >> 18)), tail(12), tail(6), tail(0)});
  }
}

}  // namespace millrace::convert

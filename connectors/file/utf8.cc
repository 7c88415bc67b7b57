#include "file/utf8.h"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace millrace::file {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

/// The place of the first byte from `at` on that is not ASCII.
std::size_t skip_ascii(std::string_view bytes, std::size_t at) {
  constexpr std::uint64_t high_bits = 0x8080808080808080U;
  for (; at + 32 <= bytes.size(); at += 32) {
    std::uint64_t words[4];
    std::memcpy(words, bytes.data() + at, sizeof words);
    if (((words[0] | words[1] | words[2] | words[3]) & high_bits) != 0) break;
  }
  while (at < bytes.size() && static_cast<unsigned char>(bytes[at]) < 0x80) ++at;
  return at;
}

/// What stands at a byte above ASCII: a character, or so many bytes that are none.
struct Sequence {
  std::size_t length;
  bool good;
};

Sequence look(std::string_view bytes) {
  const auto byte = [bytes](std::size_t i) {
    return i < bytes.size() ? static_cast<unsigned>(static_cast<unsigned char>(bytes[i])) : 0U;
  };
  const auto continues = [&byte](std::size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const unsigned first = byte(0);
  const unsigned second = byte(1);
  if (first >= 0xC2 && first <= 0xDF) {
    return continues(1) ? Sequence{2, true} : Sequence{1, false};
  }
  if (first >= 0xE0 && first <= 0xEF) {
    if (!continues(1) || (first == 0xE0 && second < 0xA0)) return {1, false};
    if (!continues(2)) return {2, false};
    return {3, first != 0xED || second < 0xA0};
  }
  if (first >= 0xF0 && first <= 0xF4) {
    if (!continues(1) || (first == 0xF0 && second < 0x90) || (first == 0xF4 && second >= 0x90)) {
      return {1, false};
    }
    if (!continues(2)) return {2, false};
    if (!continues(3)) return {3, false};
    return {4, true};
  }
  return {1, false};
}

}  // namespace

bool is_valid_utf8(std::string_view bytes) {
  std::size_t at = 0;
  while ((at = skip_ascii(bytes, at)) < bytes.size()) {
    const Sequence sequence = look(bytes.substr(at));
    if (!sequence.good) return false;
    at += sequence.length;
  }
  return true;
}

void append_repaired_utf8(std::string_view bytes, std::string& out) {
  std::size_t kept = 0;
  std::size_t at = 0;
  while ((at = skip_ascii(bytes, at)) < bytes.size()) {
    const Sequence sequence = look(bytes.substr(at));
    if (!sequence.good) {
      out.append(bytes.substr(kept, at - kept)).append(replacement);
      kept = at + sequence.length;
    }
    at += sequence.length;
  }
  out.append(bytes.substr(kept));
}

}  // namespace millrace::file

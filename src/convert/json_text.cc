#include "convert/json_text.h"

#include <cstddef>
#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>

#include <bit>
#endif

namespace millrace::convert {

namespace {

enum class Stop { at_string_end, at_escape };  // at_escape: characters above U+FFFF as well

template <Stop stop>
bool stops(char character) {
  const auto byte = static_cast<unsigned char>(character);
  return byte < 0x20 || byte == '"' || byte == '\\' || (stop == Stop::at_escape && byte >= 0xF0);
}

#if defined(__SSE2__)
// One bit for each of 16 bytes: where to stop.
template <Stop stop>
unsigned stop_bits(__m128i bytes) {
  const __m128i controls = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1F)), bytes);
  const __m128i quotes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
  const __m128i backslashes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
  __m128i found = _mm_or_si128(_mm_or_si128(controls, quotes), backslashes);
  if constexpr (stop == Stop::at_escape) {
    const __m128i high = _mm_set1_epi8(static_cast<char>(0xF0));
    found = _mm_or_si128(found, _mm_cmpeq_epi8(_mm_max_epu8(bytes, high), bytes));
  }
  return static_cast<unsigned>(_mm_movemask_epi8(found));
}

__m128i load(const char* at) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at)); }
#endif

template <Stop stop>
const char* find(const char* at, const char* end, bool& non_ascii) {
#if defined(__SSE2__)
  const bool has_block = end - at >= 16;
  for (; end - at >= 16; at += 16) {
    const __m128i bytes = load(at);
    if (_mm_movemask_epi8(bytes) != 0) non_ascii = true;
    if (const unsigned bits = stop_bits<stop>(bytes)) return at + std::countr_zero(bits);
  }
  if (has_block && at != end) {  // the rest, as the end of a block that reaches back
    const __m128i bytes = load(end - 16);
    const int seen = static_cast<int>(16 - (end - at));
    if (_mm_movemask_epi8(bytes) != 0) non_ascii = true;
    const unsigned bits = stop_bits<stop>(bytes) >> seen;
    return bits != 0 ? at + std::countr_zero(bits) : end;
  }
#endif
  unsigned char seen_bits = 0;
  while (at != end && !stops<stop>(*at)) seen_bits |= static_cast<unsigned char>(*at++);
  if (seen_bits >= 0x80) non_ascii = true;
  return at;
}

void append_hex_escape(std::uint32_t unit, std::string& out) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  const char escape[] = {'\\',
                         'u',
                         digits[unit >> 12 & 15],
                         digits[unit >> 8 & 15],
                         digits[unit >> 4 & 15],
                         digits[unit & 15]};
  out.append(escape, sizeof escape);
}

// The character of four bytes that starts here, as two escapes. Returns what lies behind it.
const char* append_pair(const char* at, const char* end, std::string& out) {
  if (end - at < 4) {  // no UTF-8: Text promises that this does not happen
    append_hex_escape(0xFFFD, out);
    return end;
  }
  const auto bits = [at](int index, unsigned mask) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(at[index]) & mask);
  };
  const std::uint32_t above =
      (bits(0, 0x07) << 18 | bits(1, 0x3F) << 12 | bits(2, 0x3F) << 6 | bits(3, 0x3F)) - 0x10000;
  append_hex_escape(0xD800 + (above >> 10 & 0x3FF), out);
  append_hex_escape(0xDC00 + (above & 0x3FF), out);
  return at + 4;
}

void append_escape(char character, std::string& out) {
  switch (character) {
    case '"': out.append("\\\""); break;
    case '\\': out.append("\\\\"); break;
    case '\b': out.append("\\b"); break;
    case '\t': out.append("\\t"); break;
    case '\n': out.append("\\n"); break;
    case '\f': out.append("\\f"); break;
    case '\r': out.append("\\r"); break;
    default: append_hex_escape(static_cast<unsigned char>(character), out);
  }
}

}  // namespace

const char* find_string_end(const char* at, const char* end, bool& non_ascii) {
  return find<Stop::at_string_end>(at, end, non_ascii);
}

void append_json_string(std::string_view text, std::string& out) {
  out.push_back('"');
  const char* at = text.data();
  const char* const end = at + text.size();
  for (bool unused = false;;) {
    const char* stop = find<Stop::at_escape>(at, end, unused);
    out.append(at, stop);
    if (stop == end) break;
    if (static_cast<unsigned char>(*stop) >= 0xF0) {
      at = append_pair(stop, end, out);
    } else {
      append_escape(*stop, out);
      at = stop + 1;
    }
  }
  out.push_back('"');
}

}  // namespace millrace::convert

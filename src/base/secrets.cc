#include "base/secrets.h"

#include "base/ascii.h"
#include "base/mutex.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cctype>
#include <cstdint>
#include <cstring>
#include <unordered_map>
#include <utility>

namespace millrace::secrets {

namespace {

constexpr std::size_t shortest = 4;      // what is shorter is not looked for
constexpr std::size_t longest_word = 8;  // what is not longer must stand on its own
constexpr std::size_t most_kept = 10'000;
constexpr std::size_t most_parts = 500;  // a document rather than a list or a key
constexpr std::string_view shown_instead = "[hidden]";

struct Known {
  std::string text;
  std::uint64_t noted = 0;  ///< when, as a running number; 0: not beyond the end of its scopes
  int scopes = 0;
};

/// By their first four bytes, so that a text is searched for all of them in one pass.
struct Table {
  std::atomic<std::size_t> size = 0;  // written with the mutex held
  Mutex mutex;
  std::unordered_map<std::uint32_t, std::vector<Known>> by_start GUARDED_BY(mutex);
  std::size_t kept GUARDED_BY(mutex) = 0;
  std::uint64_t counter GUARDED_BY(mutex) = 0;
};

Table& table() {
  static Table* const instance = new Table();  // never destroyed: threads may log until the end
  return *instance;
}

thread_local Scope* current = nullptr;

std::uint32_t start_of(const char* text) {
  std::uint32_t start = 0;
  std::memcpy(&start, text, sizeof start);
  return start;
}

bool is_letter(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || std::isalnum(byte) != 0;
}

/// Whether a part of a text is a word of its own, and not one of a name with dots.
bool stands_alone(std::string_view text, std::size_t at, std::size_t size) {
  const auto joined = [&text](std::size_t next, std::size_t beyond) {
    if (next >= text.size()) return false;
    return is_letter(text[next]) ||
           (text[next] == '.' && beyond < text.size() && is_letter(text[beyond]));
  };
  // Before the beginning the index wraps around, and is beyond the end.
  return !joined(at - 1, at - 2) && !joined(at + size, at + size + 1);
}

bool is_everywhere(std::string_view text) {
  constexpr std::array<std::string_view, 4> words = {"true", "false", "null", "none"};
  return std::ranges::any_of(
      words, [text](std::string_view word) { return ascii::same_ignoring_case(word, text); });
}

/// -----BEGIN PRIVATE KEY----- and the like.
bool is_pem_frame(std::string_view text) {
  constexpr std::string_view dashes = "-----";
  return text.size() > 2 * dashes.size() && text.starts_with(dashes) &&
         text.find(dashes, dashes.size()) == text.size() - dashes.size();
}

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

/// The text, and its lines and elements: settings take blanks away, lists come apart.
std::vector<std::string_view> parts_of(std::string_view text) {
  std::vector<std::string_view> parts = {text, trimmed(text)};
  for (const std::string_view separator : {"\n", ","}) {
    if (text.find(separator) == std::string_view::npos) continue;
    for (std::string_view rest = text; !rest.empty();) {
      const std::size_t end = std::min(rest.find(separator), rest.size());
      parts.push_back(trimmed(rest.substr(0, end)));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  std::erase_if(parts, [](std::string_view part) {
    return part.size() < shortest || is_everywhere(part) || is_pem_frame(part);
  });
  if (parts.size() > most_parts) parts.resize(2);
  std::ranges::sort(parts);
  const auto repeats = std::ranges::unique(parts);
  parts.erase(repeats.begin(), repeats.end());
  return parts;
}

template <class Unwanted>
void erase(Table& known, Unwanted unwanted) REQUIRES(known.mutex) {
  for (auto bucket = known.by_start.begin(); bucket != known.by_start.end();) {
    known.size -= std::erase_if(bucket->second, unwanted);
    bucket = bucket->second.empty() ? known.by_start.erase(bucket) : std::next(bucket);
  }
}

/// Lets go of the older half.
void forget_old(Table& known) REQUIRES(known.mutex) {
  const std::uint64_t limit = known.counter - most_kept / 2;
  for (auto& [start, bucket] : known.by_start) {
    for (Known& one : bucket) {
      if (one.noted == 0 || one.noted > limit) continue;
      one.noted = 0;
      --known.kept;
    }
  }
  erase(known, [](const Known& one) { return one.noted == 0 && one.scopes == 0; });
}

void note(std::string_view text, bool in_scope) {
  Table& known = table();
  const MutexLock lock(known.mutex);
  std::vector<Known>& bucket = known.by_start[start_of(text.data())];
  auto it = std::ranges::find(bucket, text, &Known::text);
  if (it == bucket.end()) {
    it = bucket.insert(it, Known{std::string(text), 0, 0});
    ++known.size;
  }
  if (in_scope) {
    ++it->scopes;
    return;
  }
  if (it->noted == 0) ++known.kept;
  it->noted = ++known.counter;
  if (known.kept > most_kept) forget_old(known);
}

void release(const std::vector<std::string>& texts) {
  Table& known = table();
  const MutexLock lock(known.mutex);
  for (const std::string& text : texts) {
    const auto bucket = known.by_start.find(start_of(text.data()));
    if (bucket == known.by_start.end()) continue;
    const auto it = std::ranges::find(bucket->second, text, &Known::text);
    if (it == bucket->second.end() || --it->scopes > 0 || it->noted != 0) continue;
    bucket->second.erase(it);
    --known.size;
    if (bucket->second.empty()) known.by_start.erase(bucket);
  }
}

/// How many bytes from here on are a secret.
std::size_t secret_at(const Table& known, std::string_view text, std::size_t at)
    REQUIRES(known.mutex) {
  const auto bucket = known.by_start.find(start_of(text.data() + at));
  if (bucket == known.by_start.end()) return 0;
  std::size_t size = 0;
  for (const Known& one : bucket->second) {
    if (one.text.size() <= size || !text.substr(at).starts_with(one.text)) continue;
    if (one.text.size() > longest_word || stands_alone(text, at, one.text.size())) {
      size = one.text.size();
    }
  }
  return size;
}

}  // namespace

void Scope::note_part(std::string_view text) {
  note(text, current != nullptr);
  if (current != nullptr) current->noted_.emplace_back(text);
}

void add(std::string_view text) {
  for (const std::string_view part : parts_of(text)) Scope::note_part(part);
}

void add_as_a_whole(std::string_view text) {
  for (const std::string_view part : {text, trimmed(text)}) {
    if (part.size() >= shortest) Scope::note_part(part);
  }
}

bool is_found_anywhere(std::string_view text) { return text.size() > longest_word; }

std::string redact(std::string_view text) {
  Table& known = table();
  if (known.size == 0 || text.size() < shortest) return std::string(text);
  std::string shown;
  std::size_t done = 0;  // up to here the text is shown or hidden
  const MutexLock lock(known.mutex);
  for (std::size_t at = 0; at + shortest <= text.size(); ++at) {
    const std::size_t size = secret_at(known, text, at);
    if (size == 0) continue;
    if (at >= done) {
      shown.append(text.substr(done, at - done));
      shown.append(shown_instead);
    }
    done = std::max(done, at + size);
  }
  return shown.append(text.substr(done));
}

Error redact(const Error& error) {
  Error result(error.code(), error.java_class(), redact(error.message()));
  for (const std::string& place : error.context()) result = std::move(result).at(redact(place));
  if (error.cause() != nullptr) result = std::move(result).caused_by(redact(*error.cause()));
  return result;
}

Scope::Scope() : outer_(std::exchange(current, this)) {}

Scope::~Scope() {
  current = outer_;
  release(noted_);
}

bool is_secret_key(std::string_view key) {
  return key.find("password") != std::string_view::npos || key.ends_with("secret") ||
         key.ends_with("sasl.jaas.config") || key.ends_with("ssl.keystore.key") ||
         key.ends_with("ssl.key.pem");
}

}  // namespace millrace::secrets

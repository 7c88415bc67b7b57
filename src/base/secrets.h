#pragma once

#include "millrace/error.h"

#include <string>
#include <string_view>
#include <vector>

/// Texts that nobody may read: what PASSWORD settings hold, and what configuration providers gave.
/// Whoever comes by one notes it here; the places where text leaves the worker (the log, a status'
/// trace, the answer to a mistake) ask here before they show anything. So an error may quote what
/// it likes, and a plugin's or librdkafka's own words are covered, too.
/// Rule: a text of fewer than four characters, true, false, null and none are not looked for: they
///       stand everywhere. One of up to eight is hidden where it stands on its own ("test", not in
///       "latest" or "a.test.b"), a longer one anywhere. Of a text of several lines, or elements
///       with commas between them, each is looked for, too, unless they are more than 500.
/// Threads: any.
namespace millrace::secrets {

/// Notes a secret, until ten thousand others came after it; where the calling thread has a Scope,
/// until that ends.
void add(std::string_view text);
/// The same, but neither lines nor elements of it: for texts that only hold a secret among others.
void add_as_a_whole(std::string_view text);
/// Whether a secret of this length is found in the middle of a word.
[[nodiscard]] bool is_found_anywhere(std::string_view text);

/// The text with [hidden] in place of each secret in it.
[[nodiscard]] std::string redact(std::string_view text);
/// The same for message, places and causes.
[[nodiscard]] Error redact(const Error& error);

/// What this thread notes while it lives is forgotten at its end: for configurations that are
/// looked at and not used. Scopes of one thread end in the opposite order of their beginning.
class Scope {
 public:
  Scope();
  ~Scope();
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

 private:
  friend void add(std::string_view text);
  friend void add_as_a_whole(std::string_view text);
  static void note_part(std::string_view text);

  std::vector<std::string> noted_;
  Scope* const outer_;
};

/// Whether a setting of this name holds a secret by what Kafka's settings are called, prefixes and
/// all: passwords, secrets, private keys, JAAS configurations.
[[nodiscard]] bool is_secret_key(std::string_view key);

}  // namespace millrace::secrets

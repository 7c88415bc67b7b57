#pragma once

#include "millrace/result.h"

#include <optional>
#include <string>
#include <string_view>

namespace millrace::peers {

inline constexpr std::string_view signature_header = "X-Connect-Authorization";
inline constexpr std::string_view algorithm_header = "X-Connect-Request-Signature-Algorithm";

/// What the two headers of an internal request say.
struct Signature {
  std::string mac;        ///< base64
  std::string algorithm;  ///< HmacSHA256
};

/// Whether there is a MAC of this Java name, in any case: HmacSHA1, HmacSHA224, HmacSHA256,
/// HmacSHA384, HmacSHA512, HmacMD5.
bool known_algorithm(std::string_view algorithm);
/// How many bytes Java's key generator makes for an algorithm where no size is set; 0: there is no
/// such MAC.
std::size_t default_key_bytes(std::string_view algorithm);

/// Over the exact bytes of the body. Errors (invalid_config): an unknown algorithm.
Result<Signature> sign(std::string_view algorithm, std::string_view key, std::string_view body);

enum class Verdict : std::uint8_t { valid, unknown_algorithm, bad_base64, wrong };
/// Compares in a time that does not depend on the bytes.
Verdict verify(const Signature& signature, std::string_view key, std::string_view body);

/// So many bytes that nobody can guess.
std::string random_key(std::size_t bytes);

}  // namespace millrace::peers

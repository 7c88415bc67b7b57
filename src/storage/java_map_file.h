#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "millrace/result.h"

namespace millrace::storage {

/// Bytes as a store keeps them; none is a null, which keys may be too.
using NullableString = std::optional<std::string>;
/// Raw keys and values, by key; a null key comes first.
using ByteMap = std::map<NullableString, NullableString>;

/// The offset file of a standalone worker: a java.util.HashMap<byte[], byte[]> in Java's
/// serialisation, which docs/formats/offset-file.md describes.
/// Threads: any; the functions keep nothing.

/// What the bytes of a file say.
struct JavaMap {
  ByteMap entries;
  bool cut_short = false;  ///< the bytes end before the map does; there are no entries then
};

/// Reads a file's content; bytes behind the map are ignored, and of equal keys the last wins.
/// Errors (fatal): these are not the bytes of such a map; the message says what was found instead.
Result<JavaMap> parse_java_map(std::string_view bytes);

/// Writes the bytes that Java reads: entries in the order of their keys.
std::string write_java_map(const ByteMap& entries);

}  // namespace millrace::storage

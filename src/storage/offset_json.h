#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "millrace/record.h"
#include "storage/java_map_file.h"

namespace millrace::storage {

/// Source offsets as text: key `["connector",{"filename":"test.txt"}]`, value `{"position":20}`.
/// JSON without blanks, byte for byte what a Java worker writes: object members in the order of a
/// HashMap's slots (within a slot as given), numbers, escapes and base64 in Java's form.
/// Threads: any; the functions keep nothing.
/// Source:  org.apache.kafka.connect.storage.OffsetStorageWriter, OffsetUtils.

/// Errors (bad_record): an entry whose value is not null, boolean, a number, text or bytes, or text
/// that is no UTF-8; the message names the connector and the entry.
Result<std::string> offset_key(std::string_view connector, const OffsetView& partition);
Result<std::string> offset_key(std::string_view connector, const NullableOffsetMap& partition);

/// None for a null offset: a tombstone. Errors: as offset_key.
Result<NullableString> offset_value(std::string_view connector, const OffsetView& offset);
Result<NullableString> offset_value(std::string_view connector, const NullableOffsetMap& offset);

/// Whose offset a stored key is.
struct OffsetKey {
  std::string connector;
  NullableOffsetMap partition;
};

/// Whole numbers come back as int64, others (and those beyond int64) as float64, bytes as the text
/// of their base64. Errors (bad_record): not of the form [text, object or null], or nested.
Result<OffsetKey> parse_offset_key(std::string_view key);
/// None for a tombstone and for `null`. Errors (bad_record): no object, or a nested one.
Result<NullableOffsetMap> parse_offset_value(const NullableString& value);

/// A text that two keys share if they name the same partition, in whatever order and form their
/// members stand. None for a key that is not of the form above.
std::optional<std::string> canonical_key(std::string_view key);

}  // namespace millrace::storage

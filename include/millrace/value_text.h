#pragma once

#include "millrace/value.h"

#include <string>

namespace millrace {

/// The text of a value as StringConverter and the file sink write it: `1`, `1.0E10`, `true`, a text
/// as it is, `[a, b]`, `{k=v}`, `Struct{a=1,b=x}` (unset fields left out), `null`, an instant as
/// `Tue Nov 14 22:13:20 UTC 2023` in the time zone of the process.
/// Bytes have no such text in Java: here they are written as they are, inside lists, maps and
/// structs in base64.
/// Source: what String.valueOf gives for Kafka Connect's values.
std::string to_text(const Value& value);

/// The same, appended.
void append_text(std::string& out, const Value& value);

}  // namespace millrace

#pragma once

#include "kafka/settings.h"

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

namespace millrace::kafka {

/// What becomes of one of Java's client settings.
enum class Treatment : std::uint8_t {
  text,    ///< passed as it is
  word,    ///< passed in lower case
  flag,    ///< true or false, in any case
  whole,   ///< a whole number, brought into [min, max]
  own,     ///< followed by our own code (settings_own.cc, tls_material.cc, sasl.cc)
  ignore,  ///< accepted, said once in the log
  warn,    ///< the same as a warning: the user may count on it
  reject,  ///< an error unless it is empty
};

struct Rule {
  std::string_view java;  ///< a name, or the start of one followed by '*'
  unsigned clients;       ///< ClientKind, several or-ed
  Treatment treatment;
  std::string_view native = {};    ///< librdkafka's name; empty: the same
  std::string_view standard = {};  ///< Java's default, passed when the setting is absent
  std::int64_t min = std::numeric_limits<std::int64_t>::min();
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
  int since = 0;              ///< librdkafka's version 0xMMmmrr; older ones ignore the setting
  std::string_view why = {};  ///< for rejected settings
};

/// In order; the first that matches a name and a kind of client holds.
std::span<const Rule> settings_table();
/// Null: no client of this kind has such a setting.
const Rule* find_rule(ClientKind kind, std::string_view java);

}  // namespace millrace::kafka

#pragma once

#include "millrace/config_def.h"

#include <string_view>

namespace millrace::http {

/// Names of the settings, each with its definition in contract_keys.cc or further_keys.cc.
namespace keys {
inline constexpr std::string_view url = "callback.request.url";
inline constexpr std::string_view method = "callback.request.method";
inline constexpr std::string_view connect_timeout = "callback.timeout.connect.ms";
inline constexpr std::string_view read_timeout = "callback.timeout.read.ms";
inline constexpr std::string_view headers = "callback.request.headers";
inline constexpr std::string_view separator = "callback.header.separator";
inline constexpr std::string_view response_brackets = "retry.backoff.sec";
inline constexpr std::string_view request_brackets = "request.retry.backoff.sec";
inline constexpr std::string_view strategy = "exception.strategy";
inline constexpr std::string_view delay = "request.delay.sec";
}  // namespace keys

/// The settings of the University of Auckland's connector.
void define_contract_keys(ConfigDef& def);
/// What goes beyond it: all off unless set.
void define_further_keys(ConfigDef& def);
ConfigDef http_sink_config();

}  // namespace millrace::http

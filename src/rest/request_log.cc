#include "rest/request_log.h"

#include "base/log.h"
#include "rest/rest_log.h"

#include <ctime>

namespace millrace::rest {

namespace {

constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::tm utc(std::chrono::system_clock::time_point at) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(at);
  std::tm fields{};
  gmtime_r(&seconds, &fields);
  return fields;
}

/// What a client sent, in quotes that it cannot break out of.
std::string in_quotes(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      result += {'\\', c};
    } else if (byte < 0x20 || byte == 0x7F) {
      result += fmt::format("\\x{:02x}", byte);
    } else {
      result += c;
    }
  }
  return result + '"';
}

}  // namespace

std::string to_string(const LogEntry& entry) {
  const std::tm at = utc(entry.at);
  return fmt::format("{} - - [{:02}/{}/{}:{:02}:{:02}:{:02} +0000] {} {} {} {} {} {}", entry.peer,
                     at.tm_mday, months[at.tm_mon], at.tm_year + 1900, at.tm_hour, at.tm_min,
                     at.tm_sec, in_quotes(entry.request_line), entry.status, entry.body_bytes,
                     in_quotes(entry.referer), in_quotes(entry.user_agent), entry.latency.count());
}

void log_request(const LogEntry& entry) {
  log::Logger& logger = rest_logger();
  if (logger.enabled(log::Level::info)) logger.write(log::Level::info, to_string(entry));
}

std::string http_date(std::chrono::system_clock::time_point at) {
  const std::tm fields = utc(at);
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", days[fields.tm_wday], fields.tm_mday,
                     months[fields.tm_mon], fields.tm_year + 1900, fields.tm_hour, fields.tm_min,
                     fields.tm_sec);
}

}  // namespace millrace::rest

#include "worker/error_settings.h"

#include "millrace/config_def.h"

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace millrace::worker {

namespace {

/// Sets `into` to what is written, if anything is.
template <class T, class Target>
Result<void> read(const ConfigMap& connector, std::string_view key, ConfigType type, Target& into) {
  const std::string* text = connector.find(key);
  if (text == nullptr) return {};
  Result<Setting> setting = parse_setting(key, *text, type);
  if (!setting) return std::move(setting.error());
  into = Target(std::get<T>(std::move(*setting)));
  return {};
}

}  // namespace

Result<pipeline::ErrorSettings> error_settings(const ConfigMap& connector) {
  using std::chrono::milliseconds;
  pipeline::ErrorSettings settings;
  std::string tolerance = "none";
  MILLRACE_TRY(read<std::string>(connector, "errors.tolerance", ConfigType::string, tolerance));
  settings.tolerate_all = tolerance == "all";
  MILLRACE_TRY(read<std::int64_t>(connector, "errors.retry.timeout", ConfigType::int64,
                                  settings.retry_timeout));
  MILLRACE_TRY(read<std::int64_t>(connector, "errors.retry.delay.max.ms", ConfigType::int64,
                                  settings.retry_delay_max));
  MILLRACE_TRY(read<bool>(connector, "errors.log.enable", ConfigType::boolean, settings.log));
  MILLRACE_TRY(read<bool>(connector, "errors.log.include.messages", ConfigType::boolean,
                          settings.log_messages));
  MILLRACE_TRY(read<std::string>(connector, "errors.deadletterqueue.topic.name", ConfigType::string,
                                 settings.dead_letter_topic));
  MILLRACE_TRY(read<std::int16_t>(connector, "errors.deadletterqueue.topic.replication.factor",
                                  ConfigType::int16, settings.dead_letter_replication_factor));
  MILLRACE_TRY(read<bool>(connector, "errors.deadletterqueue.context.headers.enable",
                          ConfigType::boolean, settings.dead_letter_context));
  return settings;
}

}  // namespace millrace::worker

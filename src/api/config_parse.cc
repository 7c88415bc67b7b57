#include <algorithm>

#include "api/setting_text.h"
#include "base/ascii.h"
#include "base/java_number.h"
#include "base/log.h"
#include "base/secrets.h"
#include "millrace/config_def.h"

namespace millrace {

namespace {

using detail::shown;

/// Splits at commas; white space beside them goes, empty elements stay; nothing at all is no list
/// of one.
std::vector<std::string> split_list(std::string_view text) {
  constexpr std::string_view white = " \t\n\v\f\r";
  std::vector<std::string> parts;
  if (text.empty()) return parts;
  for (bool first = true;; first = false) {
    const std::size_t comma = text.find(',');
    std::string_view part = text.substr(0, comma);
    if (!first) part.remove_prefix(std::min(part.find_first_not_of(white), part.size()));
    if (comma == std::string_view::npos) {
      parts.emplace_back(part);
      return parts;
    }
    const std::size_t last = part.find_last_not_of(white);
    parts.emplace_back(part.substr(0, last == std::string_view::npos ? 0 : last + 1));
    text.remove_prefix(comma + 1);
  }
}

template <class T>
Result<Setting> number(std::string_view name, const std::string& text, std::optional<T> value,
                       ConfigType type) {
  if (value) return Setting(*value);
  return invalid_value(name, text, "Not a number of type " + std::string(to_string(type)));
}

std::vector<std::string> without_repeats(const std::vector<std::string>& list) {
  std::vector<std::string> unique;
  for (const std::string& element : list) {
    if (std::ranges::find(unique, element) == unique.end()) unique.push_back(element);
  }
  return unique;
}

/// What a list loses here it keeps in validation, which tells the user instead.
void drop_repeats(const ConfigKey& key, Setting& value) {
  auto* list = std::get_if<std::vector<std::string>>(&value);
  if (list == nullptr || !key.validator.drops_repeats()) return;
  std::vector<std::string> unique = without_repeats(*list);
  if (unique.size() == list->size()) return;
  log::logger("org.apache.kafka.common.config.ConfigDef")
      .warn("Configuration {} names something twice: {} is taken as {}", key.name, shown(value),
            shown(unique));
  *list = std::move(unique);
}

Result<Setting> parse_key(const ConfigKey& key, const ConfigMap& properties,
                          const ClassLookup& classes) {
  const std::string* spelling = key.spelling_in(properties);
  const bool set = spelling != nullptr;
  if (!set && key.required) {
    return Error(ErrorCode::invalid_config,
                 "Missing required configuration \"" + key.name + "\" which has no default value.");
  }
  const std::string* text = set ? properties.find(*spelling) : nullptr;
  Result<Setting> value =
      set ? parse_setting(key.name, text != nullptr ? std::optional(*text) : std::nullopt, key.type,
                          classes)
          : parse_setting(key.name, key.default_value, key.type);
  if (!value) return value;
  drop_repeats(key, *value);
  MILLRACE_TRY(key.validator.check(key.name, *value));
  return value;
}

}  // namespace

const std::string* ConfigKey::spelling_in(const ConfigMap& properties) const {
  if (properties.contains(name)) return &name;
  const auto alias = std::ranges::find_if(
      aliases, [&properties](const std::string& one) { return properties.contains(one); });
  return alias == aliases.end() ? nullptr : &*alias;
}

Error invalid_value(std::string_view name, const Setting& value, std::string_view why) {
  std::string message = "Invalid value " + shown(value) + " for configuration ";
  message += name;
  if (!why.empty()) message.append(": ").append(why);
  return {ErrorCode::invalid_config, std::move(message)};
}

Result<Setting> parse_setting(std::string_view name, const std::optional<std::string>& text,
                              ConfigType type, const ClassLookup& classes) {
  if (!text) return Setting();
  const std::string trimmed(java_trim(*text));
  switch (type) {
    case ConfigType::boolean:
      if (ascii::same_ignoring_case(trimmed, "true")) return Setting(true);
      if (ascii::same_ignoring_case(trimmed, "false")) return Setting(false);
      return invalid_value(name, *text, "Expected value to be either true or false");
    case ConfigType::int32:
      return number(name, *text, parse_java_integer<std::int32_t>(trimmed), type);
    case ConfigType::int16:
      return number(name, *text, parse_java_integer<std::int16_t>(trimmed), type);
    case ConfigType::int64:
      return number(name, *text, parse_java_integer<std::int64_t>(trimmed), type);
    case ConfigType::float64: return number(name, *text, parse_java_float<double>(trimmed), type);
    case ConfigType::list: return Setting(split_list(trimmed));
    case ConfigType::password: secrets::add(trimmed); return Setting(Password{trimmed});
    case ConfigType::class_name:
      if (!classes) break;
      if (std::optional<std::string> full_name = classes(trimmed)) return Setting(*full_name);
      return invalid_value(name, *text, "Class " + *text + " could not be found.");
    case ConfigType::string: break;
  }
  return Setting(trimmed);
}

Result<Config> ConfigDef::parse(const ConfigMap& properties, const ClassLookup& classes) const {
  if (build_error_) return *build_error_;
  if (const std::vector<std::string> undefined = undefined_dependents(); !undefined.empty()) {
    return Error(ErrorCode::invalid_config,
                 "Some configurations in are referred in the dependents, but not defined: " +
                     detail::join(undefined, ","));
  }
  std::map<std::string, Setting, std::less<>> settings;
  for (const ConfigKey& key : keys_) {
    Result<Setting> value = parse_key(key, properties, classes);
    if (!value) return std::move(value.error());
    settings.emplace(key.name, *std::move(value));
  }
  return Config(properties, std::move(settings));
}

}  // namespace millrace

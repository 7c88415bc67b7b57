#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/config.h"
#include "millrace/result.h"

namespace millrace {

/// Source: org.apache.kafka.common.config.ConfigDef and its Type, Importance, Width.
enum class ConfigType : std::uint8_t {
  boolean,
  string,
  int32,
  int16,
  int64,
  float64,
  list,
  class_name,
  password,
};
enum class Importance : std::uint8_t { high, medium, low };
enum class Width : std::uint8_t { none, short_, medium, long_ };

std::string_view to_string(ConfigType type);        ///< "INT", "CLASS", …
std::string_view to_string(Importance importance);  ///< "HIGH", …
std::string_view to_string(Width width);            ///< "NONE", …

/// A rule for one setting's value, with the text that says what is allowed.
/// Threads: any; it must not keep state.
class Validator {
 public:
  /// Errors (invalid_config): the whole message; `invalid_value` makes the usual one.
  using Check = std::function<Result<void>(std::string_view name, const Setting& value)>;

  Validator() = default;  ///< allows everything
  Validator(std::string allowed, Check check)
      : allowed_(std::move(allowed)), check_(std::move(check)) {}

  [[nodiscard]] Result<void> check(std::string_view name, const Setting& value) const {
    return check_ ? check_(name, value) : Result<void>{};
  }
  [[nodiscard]] const std::string& allowed() const { return allowed_; }
  /// Whether `ConfigDef::parse` drops repeated elements, with a warning, before it asks this rule.
  [[nodiscard]] bool drops_repeats() const { return drops_repeats_; }
  explicit operator bool() const { return static_cast<bool>(check_); }

  static Validator at_least(double minimum);
  static Validator between(double minimum, double maximum);
  static Validator one_of(std::vector<std::string> values);
  static Validator one_of_ignoring_case(std::vector<std::string> values);
  static Validator non_empty_string();
  static Validator non_null_string();
  static Validator non_empty_string_without_control_characters();
  static Validator list_up_to(std::size_t elements);
  /// A list: whether null and the empty list pass; elements unique and not empty; valid (when not
  /// empty) names all elements that are allowed.
  struct ListRules {
    bool null_allowed = false;
    bool empty_allowed = false;
    std::vector<std::string> valid = {};
  };
  static Validator list(ListRules rules);
  /// Each in turn; the first message counts.
  static Validator all_of(std::vector<Validator> validators);

 private:
  std::string allowed_;
  Check check_;
  bool drops_repeats_ = false;
};

/// "Invalid value <value> for configuration <name>: <why>", as an invalid_config error. A null
/// value is written "null", a password "[hidden]"; without a why the colon is left out.
Error invalid_value(std::string_view name, const Setting& value, std::string_view why);

/// Suggests values for a setting and hides it where it makes no sense. `parsed` holds the other
/// settings as far as they could be parsed. Errors become a message at the setting.
class Recommender {
 public:
  virtual ~Recommender() = default;
  virtual Result<std::vector<Setting>> valid_values(std::string_view name,
                                                    const Config& parsed) = 0;
  virtual Result<bool> visible(std::string_view /*name*/, const Config& /*parsed*/) { return true; }
};

/// One setting. Without a default it is null unless set; `required()` makes it an error to leave it
/// out.
struct ConfigKey {
  std::string name;
  ConfigType type = ConfigType::string;
  Importance importance = Importance::medium;
  std::string documentation = {};
  /// Text, parsed and checked when the key is defined; nullopt: null.
  std::optional<std::string> default_value = {};
  bool required = false;
  Validator validator = {};
  std::optional<std::string> group = {};
  int order_in_group = -1;
  Width width = Width::none;
  std::string display_name = {};  ///< empty: the name
  std::vector<std::string> dependents = {};
  std::shared_ptr<Recommender> recommender = {};
  bool internal = false;  ///< not shown to users
  /// Other spellings, read in this order where the name itself is absent.
  std::vector<std::string> aliases = {};

  /// The spelling under which the properties hold this setting; null: they do not.
  [[nodiscard]] const std::string* spelling_in(const ConfigMap& properties) const;
};

/// One setting after validation: what REST's validate call says of it.
struct ConfigValue {
  std::string name;
  Setting value;
  std::vector<Setting> recommended_values = {};
  std::vector<std::string> errors = {};
  bool visible = true;
};

/// Answers whether a class (full Java name or alias) is a known plugin, and its full name; the
/// worker supplies one for settings of type CLASS. Without one every name is taken as it is.
using ClassLookup = std::function<std::optional<std::string>(std::string_view name)>;

/// The settings that something understands, in order of definition.
/// Threads: any, once built.
/// Source:  org.apache.kafka.common.config.ConfigDef.
class ConfigDef {
 public:
  /// Adds a setting. Defining one twice, or with a default that its own rules refuse, is a mistake
  /// in the program; `build_error` tells it, and the plugin registry refuses such a definition.
  ConfigDef& define(ConfigKey key);
  /// Adds every key of another definition under a prefix, its group (or `group`) and order kept
  /// apart: keys are sorted as `sorted()` does and numbered from first_order upward.
  ConfigDef& embed(std::string_view prefix, std::string_view group, int first_order,
                   const ConfigDef& other);

  [[nodiscard]] const std::vector<ConfigKey>& keys() const { return keys_; }
  [[nodiscard]] const ConfigKey* find(std::string_view name) const;
  [[nodiscard]] bool contains(std::string_view name) const { return find(name) != nullptr; }
  /// Groups in order of first use.
  [[nodiscard]] std::vector<std::string> groups() const;
  /// Group by first use (none first), order, required first, importance, name.
  [[nodiscard]] std::vector<const ConfigKey*> sorted() const;
  [[nodiscard]] const std::optional<Error>& build_error() const { return build_error_; }

  /// Errors (invalid_config): the first setting that is missing, malformed or refused.
  [[nodiscard]] Result<Config> parse(const ConfigMap& properties,
                                     const ClassLookup& classes = {}) const;
  /// Every setting with all its messages, in order of definition; undefined dependents appear too.
  [[nodiscard]] std::vector<ConfigValue> validate(const ConfigMap& properties,
                                                  const ClassLookup& classes = {}) const;

 private:
  [[nodiscard]] std::vector<std::string> undefined_dependents() const;

  std::vector<ConfigKey> keys_;
  std::optional<Error> build_error_;
};

/// Parses one text as ConfigDef does. Errors (invalid_config): "Invalid value <text> for
/// configuration <name>: Not a number of type INT" and the like.
Result<Setting> parse_setting(std::string_view name, const std::optional<std::string>& text,
                              ConfigType type, const ClassLookup& classes = {});

}  // namespace millrace

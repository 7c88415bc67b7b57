#include <algorithm>
#include <map>
#include <set>

#include "millrace/config_def.h"

namespace millrace {

namespace {

/// One call of ConfigDef::validate.
class Validation {
 public:
  Validation(const ConfigDef& def, const ConfigMap& properties, const ClassLookup& classes)
      : def_(def), properties_(properties), classes_(classes) {
    for (const ConfigKey& key : def.keys()) {
      results_.push_back({.name = key.name, .value = {}});
    }
    order_by_dependence();
  }

  std::vector<ConfigValue> run() {
    for (const std::size_t at : order_) parse(def_.keys()[at], results_[at]);
    const Config parsed(properties_, std::move(settings_));
    for (const std::size_t at : order_) recommend(def_.keys()[at], parsed, results_[at]);
    return std::move(results_);
  }

 private:
  /// Keys that no one depends on first, each followed by its dependents; keys that depend on each
  /// other in a circle come last.
  void order_by_dependence() {
    std::set<std::string_view> dependents;
    for (const ConfigKey& key : def_.keys()) {
      dependents.insert(key.dependents.begin(), key.dependents.end());
    }
    for (const ConfigKey& key : def_.keys()) {
      if (!dependents.contains(key.name)) visit(key.name);
    }
    for (const ConfigKey& key : def_.keys()) visit(key.name);
  }

  void visit(std::string_view name) {
    const ConfigKey* key = def_.find(name);
    if (key == nullptr) return;
    const auto at = static_cast<std::size_t>(key - def_.keys().data());
    if (std::ranges::find(order_, at) != order_.end()) return;
    order_.push_back(at);
    for (const std::string& dependent : key->dependents) visit(dependent);
  }

  void parse(const ConfigKey& key, ConfigValue& result) {
    Setting value;
    const std::string* spelling = key.spelling_in(properties_);
    const bool set = spelling != nullptr;
    if (!set && key.required) {
      result.errors.push_back("Missing required configuration \"" + key.name +
                              "\" which has no default value.");
    } else {
      const std::string* text = set ? properties_.find(*spelling) : nullptr;
      Result<Setting> parsed =
          set ? parse_setting(key.name, text != nullptr ? std::optional(*text) : std::nullopt,
                              key.type, classes_)
              : parse_setting(key.name, key.default_value, key.type);
      if (parsed) {
        value = *std::move(parsed);
      } else {
        result.errors.push_back(parsed.error().message());
      }
    }
    // Asked even of the null that an unreadable value leaves behind, as clients know it.
    if (const Result<void> valid = key.validator.check(key.name, value); !valid) {
      result.errors.push_back(valid.error().message());
    }
    settings_.insert_or_assign(key.name, value);
    result.value = std::move(value);
  }

  static void recommend(const ConfigKey& key, const Config& parsed, ConfigValue& result) {
    if (!key.recommender) return;
    Result<std::vector<Setting>> values = key.recommender->valid_values(key.name, parsed);
    if (!values) {
      result.errors.push_back(values.error().message());
      return;
    }
    result.recommended_values = *std::move(values);
    if (const Result<bool> visible = key.recommender->visible(key.name, parsed); visible) {
      result.visible = *visible;
    } else {
      result.errors.push_back(visible.error().message());
    }
  }

  const ConfigDef& def_;
  const ConfigMap& properties_;
  const ClassLookup& classes_;
  std::vector<ConfigValue> results_;
  std::vector<std::size_t> order_;
  std::map<std::string, Setting, std::less<>> settings_;
};

}  // namespace

std::vector<std::string> ConfigDef::undefined_dependents() const {
  std::vector<std::string> undefined;
  for (const ConfigKey& key : keys_) {
    for (const std::string& dependent : key.dependents) {
      if (!contains(dependent) && std::ranges::find(undefined, dependent) == undefined.end()) {
        undefined.push_back(dependent);
      }
    }
  }
  return undefined;
}

std::vector<ConfigValue> ConfigDef::validate(const ConfigMap& properties,
                                             const ClassLookup& classes) const {
  std::vector<ConfigValue> results = Validation(*this, properties, classes).run();
  for (std::string& name : undefined_dependents()) {
    std::string message = name + " is referred in the dependents, but not defined.";
    results.push_back({.name = std::move(name),
                       .value = {},
                       .recommended_values = {},
                       .errors = {std::move(message)},
                       .visible = false});
  }
  return results;
}

}  // namespace millrace

#include "millrace/config_def.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace millrace {

namespace {

/// Whether the parts of a definition that a user never sees fit together.
Result<void> check_default(const ConfigKey& key) {
  if (key.required) return {};
  Result<Setting> value = parse_setting(key.name, key.default_value, key.type);
  if (!value) return std::move(value.error());
  return key.validator.check(key.name, *value);
}

/// Shows a recommender of an embedded definition the names that it knows.
class PrefixedRecommender final : public Recommender {
 public:
  PrefixedRecommender(std::string prefix, std::shared_ptr<Recommender> base)
      : prefix_(std::move(prefix)), base_(std::move(base)) {}

  Result<std::vector<Setting>> valid_values(std::string_view name, const Config& parsed) override {
    return base_->valid_values(name.substr(prefix_.size()), bare(parsed));
  }
  Result<bool> visible(std::string_view name, const Config& parsed) override {
    return base_->visible(name.substr(prefix_.size()), bare(parsed));
  }

 private:
  [[nodiscard]] Config bare(const Config& parsed) const {
    std::map<std::string, Setting, std::less<>> settings;
    for (const auto& [name, setting] : parsed.settings()) {
      if (name.starts_with(prefix_)) settings.emplace(name.substr(prefix_.size()), setting);
    }
    return {parsed.originals().with_prefix(prefix_), std::move(settings)};
  }

  const std::string prefix_;
  const std::shared_ptr<Recommender> base_;
};

Validator with_bare_name(std::string_view prefix, const Validator& base) {
  if (!base) return {};
  return {base.allowed(),
          [size = prefix.size(), base](std::string_view name, const Setting& value) {
            return base.check(name.substr(size), value);
          }};
}

}  // namespace

std::string_view to_string(ConfigType type) {
  switch (type) {
    case ConfigType::boolean: return "BOOLEAN";
    case ConfigType::string: return "STRING";
    case ConfigType::int32: return "INT";
    case ConfigType::int16: return "SHORT";
    case ConfigType::int64: return "LONG";
    case ConfigType::float64: return "DOUBLE";
    case ConfigType::list: return "LIST";
    case ConfigType::class_name: return "CLASS";
    case ConfigType::password: break;
  }
  return "PASSWORD";
}

std::string_view to_string(Importance importance) {
  switch (importance) {
    case Importance::high: return "HIGH";
    case Importance::medium: return "MEDIUM";
    case Importance::low: break;
  }
  return "LOW";
}

std::string_view to_string(Width width) {
  switch (width) {
    case Width::none: return "NONE";
    case Width::short_: return "SHORT";
    case Width::medium: return "MEDIUM";
    case Width::long_: break;
  }
  return "LONG";
}

ConfigDef& ConfigDef::define(ConfigKey key) {
  if (contains(key.name)) {
    if (!build_error_) {
      build_error_ =
          Error(ErrorCode::invalid_config, "Configuration " + key.name + " is defined twice.");
    }
    return *this;
  }
  if (key.display_name.empty()) key.display_name = key.name;
  if (Result<void> sound = check_default(key); !sound && !build_error_) {
    build_error_ = std::move(sound.error());
  }
  keys_.push_back(std::move(key));
  return *this;
}

ConfigDef& ConfigDef::embed(std::string_view prefix, std::string_view group, int first_order,
                            const ConfigDef& other) {
  if (other.build_error_ && !build_error_) build_error_ = other.build_error_;
  for (const ConfigKey* key : other.sorted()) {
    ConfigKey copy = *key;
    copy.name.insert(0, prefix);
    copy.group = std::string(group) + (key->group ? ": " + *key->group : "");
    copy.order_in_group = first_order++;
    copy.validator = with_bare_name(prefix, key->validator);
    for (std::string& dependent : copy.dependents) dependent.insert(0, prefix);
    if (key->recommender) {
      copy.recommender =
          std::make_shared<PrefixedRecommender>(std::string(prefix), key->recommender);
    }
    define(std::move(copy));
  }
  return *this;
}

const ConfigKey* ConfigDef::find(std::string_view name) const {
  const auto it = std::ranges::find(keys_, name, &ConfigKey::name);
  return it == keys_.end() ? nullptr : &*it;
}

std::vector<std::string> ConfigDef::groups() const {
  std::vector<std::string> names;
  for (const ConfigKey& key : keys_) {
    if (key.group && std::ranges::find(names, *key.group) == names.end()) {
      names.push_back(*key.group);
    }
  }
  return names;
}

std::vector<const ConfigKey*> ConfigDef::sorted() const {
  const std::vector<std::string> names = groups();
  std::map<std::string_view, std::ptrdiff_t> places;
  for (const std::string& name : names) places.emplace(name, std::ssize(places));
  const auto rank = [&places](const ConfigKey* key) {
    return std::tuple(key->group ? places.at(*key->group) : -1, key->order_in_group, !key->required,
                      key->importance, std::string_view(key->name));
  };
  std::vector<const ConfigKey*> order;
  for (const ConfigKey& key : keys_) order.push_back(&key);
  std::ranges::sort(order, {}, rank);
  return order;
}

}  // namespace millrace

#include "config/connector_keys.h"
#include "config/connector_parts.h"
#include "config/plugin_versions.h"
#include "config/version_range.h"

#include <algorithm>

namespace millrace::config {

namespace {

/// Always the same suggestions.
class FixedRecommender final : public Recommender {
 public:
  FixedRecommender(std::vector<std::string> values, bool visible) : visible_(visible) {
    for (std::string& value : values) values_.emplace_back(std::move(value));
  }
  Result<std::vector<Setting>> valid_values(std::string_view, const Config&) override {
    return values_;
  }
  Result<bool> visible(std::string_view, const Config&) override { return visible_; }

 private:
  std::vector<Setting> values_;
  const bool visible_;
};

const KnownConverter* find_converter(const std::vector<KnownConverter>& converters,
                                     std::string_view class_name) {
  const auto it = std::ranges::find(converters, class_name, &KnownConverter::class_name);
  return it == converters.end() ? nullptr : &*it;
}

/// A class of another kind (the alias or name was found, but it converts nothing), or of another
/// version than the one that is asked for.
Validator converter_class(const std::vector<KnownConverter>& converters, std::string interface,
                          const std::string* wanted) {
  return {"a converter",
          [&converters, interface = std::move(interface),
           wanted = wanted == nullptr ? std::nullopt : std::optional(*wanted)](
              std::string_view, const Setting& value) -> Result<void> {
            const auto* name = std::get_if<std::string>(&value);
            if (name == nullptr) return {};
            const KnownConverter* found = find_converter(converters, *name);
            if (found == nullptr) {
              return Error(
                  ErrorCode::invalid_config,
                  "Class class " + *name + " does not implement the " + interface + " interface");
            }
            std::optional<Error> mismatch =
                version_mismatch(wanted ? &*wanted : nullptr, *name, found->version);
            return mismatch ? Result<void>(*std::move(mismatch)) : Result<void>();
          }};
}

/// The rule of a version key for a class that is known.
Validator version_of(const std::string& class_name, const std::string& version) {
  return Validator::all_of(
      {version_range(),
       {"a version that there is",
        [class_name, version](std::string_view, const Setting& value) -> Result<void> {
          std::optional<Error> mismatch =
              version_mismatch(std::get_if<std::string>(&value), class_name, version);
          return mismatch ? Result<void>(*std::move(mismatch)) : Result<void>();
        }}});
}

class Adjustment {
 public:
  Adjustment(const ConnectorRequest& request, const ConnectorSurroundings& surroundings)
      : request_(request), surroundings_(surroundings) {}

  void operator()(ConfigKey& key) const {
    if (key.name == "connector.plugin.version") {
      set_version(key, request_.version, true);
    } else if (key.name.starts_with("key.converter")) {
      converter(key, "key.converter", surroundings_.key_converter, surroundings_.converters);
    } else if (key.name.starts_with("value.converter")) {
      converter(key, "value.converter", surroundings_.value_converter, surroundings_.converters);
    } else if (key.name.starts_with("header.converter")) {
      converter(key, "header.converter", surroundings_.header_converter,
                surroundings_.header_converters);
    }
  }

 private:
  static void set_version(ConfigKey& key, const std::string& version, bool visible) {
    std::vector<std::string> known;
    if (!version.empty()) {
      key.default_value = version;
      known.push_back(version);
    }
    key.recommender = std::make_shared<FixedRecommender>(std::move(known), visible);
  }

  /// Both the key that names the class and the key of its version.
  void converter(ConfigKey& key, std::string_view class_key, const std::string& of_worker,
                 const std::vector<KnownConverter>& known) const {
    if (key.name == class_key) {
      std::vector<std::string> names;
      for (const KnownConverter& one : known) names.push_back(one.class_name);
      if (!of_worker.empty()) key.default_value = of_worker;
      key.recommender = std::make_shared<FixedRecommender>(std::move(names), true);
      key.validator = converter_class(
          known, &known == &surroundings_.converters ? "Converter" : "HeaderConverter",
          request_.properties.find(std::string(class_key) + ".plugin.version"));
      return;
    }
    const std::string* named = request_.properties.find(class_key);
    std::optional<std::string> class_name = of_worker;
    if (named != nullptr) {
      class_name = surroundings_.classes ? surroundings_.classes(*named) : *named;
    }
    const KnownConverter* found = class_name ? find_converter(known, *class_name) : nullptr;
    set_version(key, found != nullptr ? found->version : "", found != nullptr);
    if (found != nullptr) key.validator = version_of(found->class_name, found->version);
  }

  const ConnectorRequest& request_;
  const ConnectorSurroundings& surroundings_;
};

}  // namespace

ConfigDef framework_def(const ConnectorRequest& request,
                        const ConnectorSurroundings& surroundings) {
  return connector_def(request.kind, Adjustment(request, surroundings));
}

std::optional<Error> version_mismatch(const std::string* wanted, const std::string& class_name,
                                      const std::string& version) {
  if (wanted == nullptr || !VersionRange::parse(*wanted)) return std::nullopt;
  Result<void> there = require_version(wanted, class_name, version);
  return there ? std::nullopt : std::optional(std::move(there.error()));
}

ConnectorValidation wrong_version(const ConnectorRequest& request,
                                  const ConnectorSurroundings& surroundings, const Error& reason) {
  ConfigDef def;
  common_connector_keys(def, [&request](ConfigKey& key) {
    if (key.name != "connector.plugin.version") return;
    key.recommender =
        std::make_shared<FixedRecommender>(std::vector<std::string>{request.version}, true);
  });
  error_handling_keys(def, {});
  ConnectorValidation result;
  result.groups = def.groups();
  std::vector<ConfigValue> values = def.validate(request.properties, surroundings.classes);
  for (const std::string_view name : {"connector.class", "connector.plugin.version"}) {
    find_value(values, name)->errors.push_back(reason.message());
  }
  for (const ConfigKey& key : def.keys()) {
    ConfigValue& value = *find_value(values, key.name);
    result.error_count += static_cast<int>(value.errors.size());
    result.entries.push_back({key, std::move(value)});
  }
  return result;
}

}  // namespace millrace::config

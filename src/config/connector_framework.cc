#include "config/connector_parts.h"

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

/// A class of another kind: the alias or name was found, but it converts nothing.
Validator converter_class(const std::vector<KnownConverter>& converters, std::string interface) {
  return {"a converter",
          [&converters, interface = std::move(interface)](std::string_view,
                                                          const Setting& value) -> Result<void> {
            const auto* name = std::get_if<std::string>(&value);
            if (name == nullptr || find_converter(converters, *name) != nullptr) return {};
            return Error(
                ErrorCode::invalid_config,
                "Class class " + *name + " does not implement the " + interface + " interface");
          }};
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
          known, &known == &surroundings_.converters ? "Converter" : "HeaderConverter");
      return;
    }
    const std::string* named = request_.properties.find(class_key);
    std::optional<std::string> class_name = of_worker;
    if (named != nullptr) {
      class_name = surroundings_.classes ? surroundings_.classes(*named) : *named;
    }
    const KnownConverter* found = class_name ? find_converter(known, *class_name) : nullptr;
    set_version(key, found != nullptr ? found->version : "", found != nullptr);
  }

  const ConnectorRequest& request_;
  const ConnectorSurroundings& surroundings_;
};

}  // namespace

ConfigDef framework_def(const ConnectorRequest& request,
                        const ConnectorSurroundings& surroundings) {
  return connector_def(request.kind, Adjustment(request, surroundings));
}

}  // namespace millrace::config

#include "transform/bundled.h"
#include "transform/options.h"

namespace millrace::transform {

namespace {

/// Removes all headers of some names.
class DropHeaders final : public Transformation {
 public:
  Result<void> configure(const Config& config) override {
    names_ = config.get<std::vector<std::string>>("headers");
    return {};
  }
  Result<std::optional<Record>> apply(const Record& record) override {
    Record copy = record;
    for (const std::string& name : names_) copy.headers.remove(name);
    return copy;
  }

 private:
  std::vector<std::string> names_;
};

}  // namespace

void add_drop_headers(PluginRegistry& registry) {
  add_transformation<DropHeaders>(
      registry, "DropHeaders",
      ConfigDef().define(
          name_list_key("headers", Importance::high, "Names of the headers to remove.")));
}

}  // namespace millrace::transform

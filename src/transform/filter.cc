#include "transform/bundled.h"
#include "transform/options.h"

namespace millrace::transform {

namespace {

/// Drops every record that it is asked about; a predicate says which ones these are.
class Filter final : public Transformation {
 public:
  Result<void> configure(const Config&) override { return {}; }
  Result<std::optional<Record>> apply(const Record&) override { return std::optional<Record>(); }
};

}  // namespace

void add_filter(PluginRegistry& registry) {
  add_transformation<Filter>(registry, "Filter", ConfigDef());
}

}  // namespace millrace::transform

#include "data/values.h"
#include "transform/bundled.h"
#include "transform/options.h"

namespace millrace::transform {

namespace {

/// Appends a header that is the same for every record.
class InsertHeader final : public Transformation {
 public:
  Result<void> configure(const Config& config) override {
    header_.key = Text(config.get<std::string>("header"));
    // The word null is a header with neither schema nor value.
    if (auto parsed = data::parse_text(config.get<std::string>("value.literal"))) {
      header_.schema = std::move(parsed->schema);
      header_.value = parsed->value.retained();
    }
    return {};
  }
  Result<std::optional<Record>> apply(const Record& record) override {
    Record copy = record;
    copy.headers.append(header_);
    return copy;
  }

 private:
  Header header_;
};

ConfigKey key(const char* name, const char* documentation) {
  ConfigKey made = text_key(name, Importance::high, documentation);
  made.validator = Validator::non_null_string();
  return made;
}

}  // namespace

void add_insert_header(PluginRegistry& registry) {
  ConfigDef def;
  def.define(key("header", "Name of the header."));
  def.define(key("value.literal",
                 "Its value, as text: 5 is a number, true a boolean, [1,2] a list, 2024-01-31 a "
                 "date; whatever is nothing of that kind stays a text."));
  add_transformation<InsertHeader>(registry, "InsertHeader", def);
}

}  // namespace millrace::transform

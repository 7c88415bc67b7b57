#include "transform/options.h"

#include <utility>

namespace millrace::transform {

ConfigKey name_list_key(std::string name, Importance importance, std::string documentation) {
  return {.name = std::move(name),
          .type = ConfigType::list,
          .importance = importance,
          .documentation = std::move(documentation),
          .required = true,
          .validator = Validator::list({})};
}

ConfigKey text_key(std::string name, Importance importance, std::string documentation) {
  return {.name = std::move(name),
          .type = ConfigType::string,
          .importance = importance,
          .documentation = std::move(documentation),
          .required = true};
}

ConfigKey replace_null_key() {
  return {.name = std::string(replace_null),
          .type = ConfigType::boolean,
          .importance = Importance::medium,
          .documentation = "Whether the default of a field counts where the field is null.",
          .default_value = "true"};
}

}  // namespace millrace::transform

#include "herder/hidden_values.h"

#include "base/secrets.h"
#include "provider/variables.h"

#include <string>
#include <variant>
#include <vector>

namespace millrace {

namespace {

void redact(std::vector<std::string>& texts) {
  for (std::string& text : texts) text = secrets::redact(text);
}

void redact(Setting& value) {
  if (auto* text = std::get_if<std::string>(&value)) *text = secrets::redact(*text);
  if (auto* list = std::get_if<std::vector<std::string>>(&value)) redact(*list);
}

void hide(const std::string* given, ConfigValue& value) {
  redact(value.errors);
  for (Setting& suggestion : value.recommended_values) redact(suggestion);
  if (std::holds_alternative<Password>(value.value)) return;
  if (given == nullptr) {
    redact(value.value);
  } else if (provider::has_variable(*given)) {
    if (!std::holds_alternative<std::monostate>(value.value)) value.value = *given;
  } else if (secrets::is_secret_key(value.name) &&
             std::holds_alternative<std::string>(value.value)) {
    value.value = Password{*given};
  }
}

}  // namespace

void hide_secrets(const ConfigMap& given, Herder::Validation& validation) {
  for (Herder::Validation::Entry& entry : validation.entries) {
    hide(given.find(entry.value.name), entry.value);
  }
}

}  // namespace millrace

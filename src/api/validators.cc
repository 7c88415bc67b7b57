#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "api/setting_text.h"
#include "base/ascii.h"
#include "base/java_number.h"
#include "millrace/config_def.h"

namespace millrace {

namespace {

using detail::join;
using Texts = std::vector<std::string>;

bool is_null(const Setting& value) { return std::holds_alternative<std::monostate>(value); }

std::optional<double> as_number(const Setting& value) {
  return std::visit(
      [](const auto& v) -> std::optional<double> {
        if constexpr (std::is_arithmetic_v<std::decay_t<decltype(v)>>) {
          return static_cast<double>(v);
        } else {
          return std::nullopt;
        }
      },
      value);
}

/// 1 for the settings of whole numbers, 0.5 and 1.0 for the others.
std::string limit_text(double limit, bool whole) {
  if (whole && std::trunc(limit) == limit && std::abs(limit) < 9.2e18) {
    return std::to_string(static_cast<std::int64_t>(limit));
  }
  return java_number(limit);
}

Validator range(double minimum, double maximum) {
  const bool bounded = maximum != std::numeric_limits<double>::infinity();
  std::string allowed = "[" + limit_text(minimum, true) + ",...";
  allowed += bounded ? "," + limit_text(maximum, true) + "]" : "]";
  return {std::move(allowed), [=](std::string_view name, const Setting& value) -> Result<void> {
            const std::optional<double> number = as_number(value);
            if (!number) return invalid_value(name, value, "Value must be non-null");
            const bool whole = !std::holds_alternative<double>(value);
            if (*number < minimum) {
              return invalid_value(name, value,
                                   "Value must be at least " + limit_text(minimum, whole));
            }
            if (*number > maximum) {
              return invalid_value(name, value,
                                   "Value must be no more than " + limit_text(maximum, whole));
            }
            return {};
          }};
}

/// The ISO control characters of UTF-8 text (U+0000 to U+001F and U+007F to U+009F), in order.
Texts control_characters(std::string_view text) {
  Texts codes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7f) codes.push_back(std::to_string(byte));
    // The second half of the range, whose characters all start with C2.
    if (byte == 0xc2 && i + 1 < text.size()) {
      const auto next = static_cast<unsigned char>(text[i + 1]);
      if (next >= 0x80 && next <= 0x9f) codes.push_back(std::to_string(next));
    }
  }
  return codes;
}

Result<void> check_list(std::string_view name, const Setting& value,
                        const Validator::ListRules& rules) {
  const std::string subject = "Configuration '" + std::string(name) + "' ";
  const auto refused = [&subject](std::string_view why) {
    return Error(ErrorCode::invalid_config, subject + std::string(why));
  };
  const auto* list = std::get_if<Texts>(&value);
  if (list == nullptr) {
    if (rules.null_allowed) return {};
    return refused("values must not be null.");
  }
  if (list->empty() && !rules.empty_allowed) {
    return refused("must not be empty. Valid values include: " +
                   (rules.valid.empty() ? "any non-empty value" : detail::shown(rules.valid)));
  }
  if (std::set<std::string_view>(list->begin(), list->end()).size() != list->size()) {
    return refused("values must not be duplicated.");
  }
  for (const std::string& element : *list) {
    if (element.empty()) return refused("values must not be empty.");
    if (!rules.valid.empty() && std::ranges::find(rules.valid, element) == rules.valid.end()) {
      return invalid_value(name, element, "String must be one of: " + join(rules.valid, ", "));
    }
  }
  return {};
}

}  // namespace

Validator Validator::at_least(double minimum) {
  return range(minimum, std::numeric_limits<double>::infinity());
}

Validator Validator::between(double minimum, double maximum) { return range(minimum, maximum); }

Validator Validator::one_of(Texts values) {
  std::string allowed = detail::shown(values);
  return {
      std::move(allowed),
      [values = std::move(values)](std::string_view name, const Setting& value) -> Result<void> {
        const auto* text = std::get_if<std::string>(&value);
        if (text != nullptr && std::ranges::find(values, *text) != values.end()) return {};
        return invalid_value(name, value, "String must be one of: " + join(values, ", "));
      }};
}

Validator Validator::one_of_ignoring_case(Texts values) {
  std::string allowed = "(case insensitive) " + detail::shown(values);
  return {
      std::move(allowed),
      [values = std::move(values)](std::string_view name, const Setting& value) -> Result<void> {
        const auto* text = std::get_if<std::string>(&value);
        const auto same = [text](const std::string& candidate) {
          return ascii::same_ignoring_case(candidate, *text);
        };
        if (text != nullptr && std::ranges::any_of(values, same)) return {};
        return invalid_value(name, value,
                             "String must be one of (case insensitive): " + join(values, ", "));
      }};
}

Validator Validator::non_empty_string() {
  return {"non-empty string", [](std::string_view name, const Setting& value) -> Result<void> {
            const auto* text = std::get_if<std::string>(&value);
            if (text == nullptr || !text->empty()) return {};
            return invalid_value(name, value, "String must be non-empty");
          }};
}

Validator Validator::non_null_string() {
  return {"non-null string", [](std::string_view name, const Setting& value) -> Result<void> {
            if (!is_null(value)) return {};
            return invalid_value(name, value, "entry must be non null");
          }};
}

Validator Validator::non_empty_string_without_control_characters() {
  return {"non-empty string without ISO control characters",
          [](std::string_view name, const Setting& value) -> Result<void> {
            const auto* text = std::get_if<std::string>(&value);
            if (text == nullptr) return {};
            if (text->empty()) return invalid_value(name, value, "String may not be empty");
            const Texts codes = control_characters(*text);
            if (codes.empty()) return {};
            return invalid_value(name, value,
                                 "String may not contain control sequences but had the following "
                                 "ASCII chars: " +
                                     join(codes, ", "));
          }};
}

Validator Validator::list_up_to(std::size_t elements) {
  const std::string limit = std::to_string(elements);
  return {"List containing maximum of " + limit + " elements",
          [=](std::string_view name, const Setting& value) -> Result<void> {
            const auto* list = std::get_if<Texts>(&value);
            if (list == nullptr || list->size() <= elements) return {};
            return invalid_value(name, value, "exceeds maximum list size of [" + limit + "].");
          }};
}

Validator Validator::list(ListRules rules) {
  std::string allowed = rules.valid.empty() ? "unique elements" : detail::shown(rules.valid);
  allowed += rules.empty_allowed ? ", may be empty" : ", at least one";
  if (rules.null_allowed) allowed += ", may be null";
  Validator validator(std::move(allowed),
                      [rules = std::move(rules)](std::string_view name, const Setting& value) {
                        return check_list(name, value, rules);
                      });
  validator.drops_repeats_ = true;
  return validator;
}

Validator Validator::all_of(std::vector<Validator> validators) {
  Texts allowed;
  for (const Validator& validator : validators) allowed.push_back(validator.allowed());
  return {join(allowed, ", "),
          [validators = std::move(validators)](std::string_view name,
                                               const Setting& value) -> Result<void> {
            for (const Validator& validator : validators) {
              MILLRACE_TRY(validator.check(name, value));
            }
            return {};
          }};
}

}  // namespace millrace

#include <gtest/gtest.h>

#include "millrace/config_def.h"

namespace millrace {
namespace {

using Texts = std::vector<std::string>;

/// The message for a value of setting "k", "" when it passes.
std::string message(const Validator& validator, const Setting& value) {
  const Result<void> result = validator.check("k", value);
  return result ? "" : result.error().message();
}

std::string invalid(const std::string& value, const std::string& why) {
  return "Invalid value " + value + " for configuration k: " + why;
}

TEST(Validators, WithoutARuleEverythingPasses) {
  EXPECT_FALSE(Validator());
  EXPECT_EQ(message(Validator(), Setting()), "");
}

TEST(Validators, RangeWithoutEnd) {
  const Validator validator = Validator::at_least(1);
  EXPECT_EQ(validator.allowed(), "[1,...]");
  EXPECT_EQ(message(validator, std::int32_t{1}), "");
  EXPECT_EQ(message(validator, INT64_MAX), "");
  EXPECT_EQ(message(validator, std::int32_t{0}), invalid("0", "Value must be at least 1"));
  EXPECT_EQ(message(validator, Setting()), invalid("null", "Value must be non-null"));
}

TEST(Validators, RangeWithBothEnds) {
  const Validator validator = Validator::between(0, 5);
  EXPECT_EQ(validator.allowed(), "[0,...,5]");
  EXPECT_EQ(message(validator, std::int16_t{5}), "");
  EXPECT_EQ(message(validator, std::int16_t{6}), invalid("6", "Value must be no more than 5"));
  EXPECT_EQ(message(validator, std::int16_t{-1}), invalid("-1", "Value must be at least 0"));
}

TEST(Validators, RangeOfDoublesNamesItsEndsAsDoubles) {
  const Validator validator = Validator::between(0.5, 1.0);
  EXPECT_EQ(message(validator, 0.4), invalid("0.4", "Value must be at least 0.5"));
  EXPECT_EQ(message(validator, 1.5), invalid("1.5", "Value must be no more than 1.0"));
}

TEST(Validators, OneOf) {
  const Validator validator = Validator::one_of({"a", "b"});
  EXPECT_EQ(validator.allowed(), "[a, b]");
  EXPECT_EQ(message(validator, "b"), "");
  EXPECT_EQ(message(validator, "B"), invalid("B", "String must be one of: a, b"));
  EXPECT_EQ(message(validator, Setting()), invalid("null", "String must be one of: a, b"));
}

TEST(Validators, OneOfIgnoringCase) {
  const Validator validator = Validator::one_of_ignoring_case({"A", "B"});
  EXPECT_EQ(validator.allowed(), "(case insensitive) [A, B]");
  EXPECT_EQ(message(validator, "b"), "");
  EXPECT_EQ(message(validator, "c"),
            invalid("c", "String must be one of (case insensitive): A, B"));
  EXPECT_EQ(message(validator, Setting()),
            invalid("null", "String must be one of (case insensitive): A, B"));
}

TEST(Validators, List) {
  const Validator validator = Validator::list({});
  EXPECT_EQ(message(validator, Texts{"a", "b"}), "");
  EXPECT_EQ(message(validator, Setting()), "Configuration 'k' values must not be null.");
  EXPECT_EQ(message(validator, Texts{}),
            "Configuration 'k' must not be empty. Valid values include: any non-empty value");
  EXPECT_EQ(message(validator, Texts{"a", ""}), "Configuration 'k' values must not be empty.");
  EXPECT_EQ(message(validator, Texts{"a", "b", "a"}),
            "Configuration 'k' values must not be duplicated.");
}

TEST(Validators, ListWithNamedElements) {
  const Validator validator = Validator::list({.valid = {"a", "b"}});
  EXPECT_EQ(message(validator, Texts{}),
            "Configuration 'k' must not be empty. Valid values include: [a, b]");
  EXPECT_EQ(message(validator, Texts{"b", "c"}), invalid("c", "String must be one of: a, b"));
}

TEST(Validators, ListThatMayBeEmptyOrNull) {
  EXPECT_EQ(message(Validator::list({.empty_allowed = true}), Texts{}), "");
  EXPECT_EQ(message(Validator::list({.null_allowed = true}), Setting()), "");
}

TEST(Validators, NonEmptyString) {
  const Validator validator = Validator::non_empty_string();
  EXPECT_EQ(validator.allowed(), "non-empty string");
  EXPECT_EQ(message(validator, ""), invalid("", "String must be non-empty"));
  EXPECT_EQ(message(validator, Setting()), "");
  EXPECT_EQ(message(validator, "x"), "");
}

TEST(Validators, NonNullString) {
  const Validator validator = Validator::non_null_string();
  EXPECT_EQ(validator.allowed(), "non-null string");
  EXPECT_EQ(message(validator, Setting()), invalid("null", "entry must be non null"));
  EXPECT_EQ(message(validator, ""), "");
}

TEST(Validators, StringWithoutControlCharacters) {
  const Validator validator = Validator::non_empty_string_without_control_characters();
  EXPECT_EQ(validator.allowed(), "non-empty string without ISO control characters");
  EXPECT_EQ(message(validator, ""), invalid("", "String may not be empty"));
  EXPECT_EQ(message(validator,
                    "a\x01"
                    "b\tc"),
            invalid("a\x01"
                    "b\tc",
                    "String may not contain control sequences but had the following "
                    "ASCII chars: 1, 9"));
  EXPECT_EQ(message(validator, "a\x7f\xc2\x85"),
            invalid("a\x7f\xc2\x85",
                    "String may not contain control sequences but had the "
                    "following ASCII chars: 127, 133"));
  EXPECT_EQ(message(validator, "h\xc3\xa9llo \xc2\xa0{x}"), "");
  EXPECT_EQ(message(validator, Setting()), "");
}

TEST(Validators, ListUpTo) {
  const Validator validator = Validator::list_up_to(2);
  EXPECT_EQ(validator.allowed(), "List containing maximum of 2 elements");
  EXPECT_EQ(message(validator, Texts{"a", "b"}), "");
  EXPECT_EQ(message(validator, Texts{"a", "b", "c"}),
            invalid("[a, b, c]", "exceeds maximum list size of [2]."));
}

TEST(Validators, AllOf) {
  const Validator validator =
      Validator::all_of({Validator::non_null_string(), Validator::non_empty_string()});
  EXPECT_EQ(validator.allowed(), "non-null string, non-empty string");
  EXPECT_EQ(message(validator, Setting()), invalid("null", "entry must be non null"));
  EXPECT_EQ(message(validator, ""), invalid("", "String must be non-empty"));
  EXPECT_EQ(message(validator, "x"), "");
}

}  // namespace
}  // namespace millrace

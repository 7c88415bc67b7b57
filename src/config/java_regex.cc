#include "config/java_regex.h"

#include "config/java_regex_syntax.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <array>

namespace millrace::config {

namespace {

// A sound pattern stays far below; one that runs away is stopped after about a tenth of a second.
constexpr std::uint32_t most_steps = 1'000'000;
constexpr std::uint32_t most_heap_kib = 20'000;

using Code = std::shared_ptr<const pcre2_code>;

struct FreeMatchData {
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};
struct FreeMatchContext {
  void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
};
struct FreeCompileContext {
  void operator()(pcre2_compile_context* context) const { pcre2_compile_context_free(context); }
};

PCRE2_SPTR units(std::string_view text) {
  return reinterpret_cast<PCRE2_SPTR>(text.empty() ? "" : text.data());
}

std::string message_of(int code) {
  std::array<PCRE2_UCHAR, 256> text{};
  pcre2_get_error_message(code, text.data(), text.size());
  return reinterpret_cast<const char*>(text.data());
}

}  // namespace

Result<JavaRegex> JavaRegex::compile(std::string_view pattern) {
  const std::string where = " in '" + std::string(pattern) + "'";
  const Result<std::string> rewritten = to_pcre(pattern);
  if (!rewritten) {
    return Error(ErrorCode::invalid_config, rewritten.error().message() + where);
  }
  const std::unique_ptr<pcre2_compile_context, FreeCompileContext> context(
      pcre2_compile_context_create(nullptr));
  pcre2_set_newline(context.get(), PCRE2_NEWLINE_ANYCRLF);
  int error = 0;
  PCRE2_SIZE offset = 0;
  pcre2_code* code = pcre2_compile(units(*rewritten), rewritten->size(),
                                   PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C,
                                   &error, &offset, context.get());
  if (code == nullptr) {
    return Error(ErrorCode::invalid_config,
                 message_of(error) + " near index " + std::to_string(offset) + where);
  }
  return JavaRegex(std::string(pattern), Code(code, [](const pcre2_code* c) {
                     pcre2_code_free(const_cast<pcre2_code*>(c));
                   }));
}

Result<std::optional<JavaRegex::Groups>> JavaRegex::run(std::string_view text, bool whole) const {
  const auto* code = static_cast<const pcre2_code*>(code_.get());
  const std::unique_ptr<pcre2_match_data, FreeMatchData> data(
      pcre2_match_data_create_from_pattern(code, nullptr));
  const std::unique_ptr<pcre2_match_context, FreeMatchContext> context(
      pcre2_match_context_create(nullptr));
  pcre2_set_match_limit(context.get(), most_steps);
  pcre2_set_heap_limit(context.get(), most_heap_kib);
  const std::uint32_t options = whole ? PCRE2_ANCHORED | PCRE2_ENDANCHORED : 0;
  const int count =
      pcre2_match(code, units(text), text.size(), 0, options, data.get(), context.get());
  if (count == PCRE2_ERROR_NOMATCH) return std::optional<Groups>();
  if (count < 0) {
    return Error(ErrorCode::fatal, "regular expression '" + pattern_ + "' gave up on a text of " +
                                       std::to_string(text.size()) +
                                       " bytes: " + message_of(count));
  }
  const PCRE2_SIZE* ends = pcre2_get_ovector_pointer(data.get());
  Groups groups(pcre2_get_ovector_count(data.get()));
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (ends[2 * i] != PCRE2_UNSET) {
      groups[i] = text.substr(ends[2 * i], ends[2 * i + 1] - ends[2 * i]);
    }
  }
  return std::optional<Groups>(std::move(groups));
}

Result<bool> JavaRegex::matches(std::string_view text) const {
  const Result<std::optional<Groups>> groups = run(text, true);
  if (!groups) return groups.error();
  return groups->has_value();
}

Result<bool> JavaRegex::finds(std::string_view text) const {
  const Result<std::optional<Groups>> groups = run(text, false);
  if (!groups) return groups.error();
  return groups->has_value();
}

Result<std::optional<JavaRegex::Groups>> JavaRegex::match_groups(std::string_view text) const {
  return run(text, true);
}

Result<std::optional<JavaRegex::Groups>> JavaRegex::find_groups(std::string_view text) const {
  return run(text, false);
}

std::optional<std::size_t> JavaRegex::group_number(const std::string& name) const {
  const auto* code = static_cast<const pcre2_code*>(code_.get());
  const int number =
      pcre2_substring_number_from_name(code, reinterpret_cast<PCRE2_SPTR>(name.c_str()));
  return number < 0 ? std::nullopt : std::optional(static_cast<std::size_t>(number));
}

}  // namespace millrace::config

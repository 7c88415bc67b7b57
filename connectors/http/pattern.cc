#include "http/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <array>

namespace millrace::http {

namespace {

PCRE2_SPTR units(std::string_view text) { return reinterpret_cast<PCRE2_SPTR>(text.data()); }

std::string words_for(int error) {
  std::array<PCRE2_UCHAR, 200> text{};
  pcre2_get_error_message(error, text.data(), text.size());
  return reinterpret_cast<const char*>(text.data());
}

}  // namespace

struct Pattern::Code {
  Code(pcre2_code* the_code, pcre2_match_context* the_limits)
      : code(the_code),
        limits(the_limits),
        match(pcre2_match_data_create_from_pattern(the_code, nullptr)) {}
  Code(const Code&) = delete;
  Code& operator=(const Code&) = delete;
  ~Code() {
    pcre2_match_data_free(match);
    pcre2_match_context_free(limits);
    pcre2_code_free(code);
  }
  pcre2_code* code;
  pcre2_match_context* limits;
  pcre2_match_data* match;
};

Result<Pattern> Pattern::compile(std::string_view text) {
  int error = 0;
  PCRE2_SIZE at = 0;
  pcre2_code* code = pcre2_compile(units(text), text.size(), PCRE2_UTF | PCRE2_MATCH_INVALID_UTF,
                                   &error, &at, nullptr);
  if (code == nullptr) {
    return Error{ErrorCode::invalid_config, words_for(error) + " at " + std::to_string(at)};
  }
  pcre2_match_context* limits = pcre2_match_context_create(nullptr);
  pcre2_set_match_limit(limits, 1'000'000);
  return Pattern(std::make_shared<const Code>(code, limits));
}

bool Pattern::matches_whole(std::string_view text) const {
  const int count = pcre2_match(code_->code, units(text), text.size(), 0,
                                PCRE2_ANCHORED | PCRE2_ENDANCHORED, code_->match, code_->limits);
  return count >= 0;
}

std::vector<std::string> Pattern::split(std::string_view text) const {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  std::size_t look = 0;
  while (look <= text.size() && pcre2_match(code_->code, units(text), text.size(), look, 0,
                                            code_->match, code_->limits) >= 0) {
    const PCRE2_SIZE* place = pcre2_get_ovector_pointer(code_->match);
    if (place[1] == place[0]) {  // an empty match splits behind a character
      look = place[1] + 1;
      if (place[0] == 0 || place[0] >= text.size()) continue;
    } else {
      look = place[1];
    }
    parts.emplace_back(text.substr(begin, place[0] - begin));
    begin = place[1];
  }
  parts.emplace_back(text.substr(begin));
  while (!parts.empty() && parts.back().empty()) parts.pop_back();
  return parts;
}

Result<std::string> Pattern::replace_all(std::string_view text,
                                         std::string_view replacement) const {
  std::string out(text.size() * 2 + replacement.size() + 64, '\0');
  while (true) {
    PCRE2_SIZE size = out.size();
    const int done = pcre2_substitute(
        code_->code, units(text), text.size(), 0,
        PCRE2_SUBSTITUTE_GLOBAL | PCRE2_SUBSTITUTE_OVERFLOW_LENGTH, code_->match, code_->limits,
        units(replacement), replacement.size(), reinterpret_cast<PCRE2_UCHAR*>(out.data()), &size);
    if (done >= 0) {
      out.resize(size);
      return out;
    }
    if (done != PCRE2_ERROR_NOMEMORY || size <= out.size()) {
      return Error{ErrorCode::bad_record, "cannot replace in the body: " + words_for(done)};
    }
    out.resize(size);
  }
}

}  // namespace millrace::http

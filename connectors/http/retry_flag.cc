#include "http/retry_flag.h"

#include "http/lenient_json.h"

#include <algorithm>
#include <string>

namespace millrace::http {

namespace {

bool says_true(std::string_view text) {
  return std::ranges::equal(text, std::string_view("true"),
                            [](char a, char b) { return a == b || a == b - 32; });
}

/// As Gson's getAsBoolean has it: texts and numbers other than "true" are false, an array counts as
/// its one element.
RetryFlag flag_of(const LooseJson& value) {
  using Kind = LooseJson::Kind;
  switch (value.kind) {
    case Kind::boolean:
    case Kind::number:
    case Kind::string: return says_true(value.text) ? RetryFlag::retry : RetryFlag::no_retry;
    case Kind::array:
      return value.elements.size() == 1 ? flag_of(value.elements.front()) : RetryFlag::unknown;
    case Kind::null:
    case Kind::object: break;
  }
  return RetryFlag::unknown;
}

}  // namespace

std::string_view to_string(RetryFlag flag) {
  switch (flag) {
    case RetryFlag::retry: return "RETRY";
    case RetryFlag::no_retry: return "NO_RETRY";
    case RetryFlag::unknown: break;
  }
  return "UNKNOWN";
}

RetryFlag read_retry_flag(std::string_view body) {
  if (body == R"({"retry":false})") return RetryFlag::no_retry;  // nearly all of them
  std::string line;
  if (body.find_first_of("\r\n") != std::string_view::npos) {
    line = body;
    std::erase_if(line, [](char c) { return c == '\r' || c == '\n'; });
    body = line;
  }
  const std::optional<LooseJson> document = read_loose_json(body);
  if (!document || document->kind != LooseJson::Kind::object) return RetryFlag::unknown;
  const LooseJson* value = document->find("retry");
  return value == nullptr ? RetryFlag::unknown : flag_of(*value);
}

}  // namespace millrace::http

#include "config/json_problem.h"

#include <algorithm>
#include <array>

namespace millrace::config {

namespace {

/// How the parser calls what it expects: only these may stand behind what it has read.
constexpr std::array<std::string_view, 11> expectations = {"string literal",
                                                           "number literal",
                                                           "end of input",
                                                           "'['",
                                                           "'{'",
                                                           "']'",
                                                           "'}'",
                                                           "':'",
                                                           "','",
                                                           "'[', '{', or a literal",
                                                           "unknown token"};

}  // namespace

std::string json_problem(std::string_view what) {
  constexpr std::string_view syntax = "[json.exception.parse_error.101] ";
  if (what.starts_with("[json.exception.out_of_range.406]")) {  // it quotes the number
    return "a number is beyond 1.8e308";
  }
  if (!what.starts_with(syntax)) return "it cannot be read";
  what.remove_prefix(syntax.size());
  const std::size_t read = what.find("; last read: '");
  std::string text(what.substr(0, read));
  if (read == std::string_view::npos) return text;
  what.remove_prefix(read);
  const auto expected = std::ranges::find_if(expectations, [what](std::string_view one) {
    return what.ends_with("'; expected " + std::string(one));
  });
  if (expected != expectations.end()) text.append("; expected ").append(*expected);
  return text;
}

}  // namespace millrace::config

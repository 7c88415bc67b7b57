#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::http {

/// A JSON value as lenient readers see it. Numbers keep their spelling.
struct LooseJson {
  enum class Kind : std::uint8_t { null, boolean, number, string, array, object };
  using Member = std::pair<std::string, LooseJson>;

  Kind kind = Kind::null;
  std::string text = {};  ///< of booleans ("true"), numbers and strings
  std::vector<LooseJson> elements = {};
  std::vector<Member> members = {};  ///< by first appearance; the last value of a name counts

  [[nodiscard]] const LooseJson* find(std::string_view name) const;
};

/// Reads one document. Beside JSON: comments (`/*…*/`, `//`, `#`), names and strings in single
/// quotes or in none, `=` and `=>` for `:`, `;` for `,`, left out elements of arrays, a byte order
/// mark. Nothing: it is none even so, or nested too deeply, or something follows it.
/// Source: what Gson's lenient mode accepts.
std::optional<LooseJson> read_loose_json(std::string_view text);

}  // namespace millrace::http

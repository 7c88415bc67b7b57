#include "transform/renames.h"

#include <algorithm>

namespace millrace::transform {

std::vector<std::string> split_at_colons(std::string_view text) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t colon = text.find(':');
    parts.emplace_back(text.substr(0, colon));
    if (colon == std::string_view::npos) break;
    text.remove_prefix(colon + 1);
  }
  while (parts.size() > 1 && parts.back().empty()) parts.pop_back();
  return parts;
}

Error bad_mapping(const std::vector<std::string>& list, const std::string& element) {
  return invalid_value("renames", list, "Invalid rename mapping: " + element);
}

Result<std::vector<Rename>> parse_renames(const std::vector<std::string>& list) {
  std::vector<Rename> renames;
  for (const std::string& element : list) {
    std::vector<std::string> parts = split_at_colons(element);
    if (parts.size() != 2) return bad_mapping(list, element);
    const auto same = std::ranges::find(renames, parts[0], &Rename::from);
    if (same != renames.end()) {
      same->to = std::move(parts[1]);
    } else {
      renames.push_back({std::move(parts[0]), std::move(parts[1])});
    }
  }
  return renames;
}

Validator renames_rule() {
  return {"elements of the form old:new",
          [](std::string_view, const Setting& value) -> Result<void> {
            const auto* list = std::get_if<std::vector<std::string>>(&value);
            if (list == nullptr) return {};
            const Result<std::vector<Rename>> parsed = parse_renames(*list);
            return parsed ? Result<void>() : parsed.error();
          }};
}

}  // namespace millrace::transform

#include "provider/allowed_paths.h"

#include "base/java_number.h"

#include <algorithm>
#include <string>
#include <system_error>

namespace millrace::provider {

namespace fs = std::filesystem;

namespace {

/// Without `.`, `..` and a slash at the end.
fs::path normal(std::string_view text) {
  fs::path path = fs::path(text).lexically_normal();
  return path.has_filename() || path == path.root_path() ? path : path.parent_path();
}

bool is_below(const fs::path& path, const fs::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first ==
         folder.end();
}

Result<fs::path> checked(std::string_view text) {
  fs::path path = normal(text);
  if (!path.is_absolute()) {
    return Error(ErrorCode::invalid_config, "Path " + path.string() + " is not absolute");
  }
  std::error_code ignored;
  if (!fs::exists(path, ignored)) {
    return Error(ErrorCode::invalid_config, "Path " + path.string() + " does not exist");
  }
  return path;
}

}  // namespace

Result<AllowedPaths> AllowedPaths::of(const ConfigMap& properties) {
  AllowedPaths allowed;
  const std::string* text = properties.find(key);
  if (text == nullptr || text->empty()) return allowed;
  allowed.paths_.emplace();
  for (std::string_view rest = *text; !rest.empty();) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    Result<fs::path> path = checked(java_trim(rest.substr(0, comma)));
    if (!path) return std::move(path.error());
    allowed.paths_->push_back(*std::move(path));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return allowed;
}

std::optional<fs::path> AllowedPaths::admit(std::string_view path) const {
  if (!paths_) return fs::path(path);
  fs::path wanted = normal(path);
  const bool allowed = std::ranges::any_of(
      *paths_, [&wanted](const fs::path& folder) { return is_below(wanted, folder); });
  return allowed ? std::optional(std::move(wanted)) : std::nullopt;
}

}  // namespace millrace::provider

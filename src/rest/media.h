#pragma once

#include <string>
#include <string_view>

namespace millrace::rest {

/// Whether an Accept header admits a type such as "application/json". Null: no header, so yes.
bool accepts(const std::string* accept, std::string_view type);

/// What a Content-Type header says about a body that should be JSON.
enum class ContentKind { json, other, unreadable };
ContentKind content_kind(std::string_view content_type);

}  // namespace millrace::rest

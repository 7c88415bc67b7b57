#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "millrace/result.h"

namespace millrace::storage {

/// Whole files, read and replaced. Threads: any; two writers of one file need a lock of their own.

/// The content; none when there is no such file. A device, such as /dev/null, is empty.
/// Errors (fatal): it cannot be read, or is no file; the message names it and the system's reason.
Result<std::optional<std::string>> read_whole_file(const std::filesystem::path& path);

/// Replaces a file so that whoever reads it, even after a crash in the middle, finds either all of
/// the old content or all of the new: writes `<file>.millrace.tmp` beside it, makes it durable, and
/// renames it. Follows symbolic links, keeps the file's rights. A device is written in place.
/// Errors (fatal): names the file and the system's reason; the old content is still there.
Result<void> replace_file(const std::filesystem::path& path, std::string_view content);

}  // namespace millrace::storage

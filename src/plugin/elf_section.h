#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "millrace/result.h"

namespace millrace::plugin {

/// Finds a section of a shared library, without running or loading anything of it: the file may be
/// broken, or hostile. Reads the headers and that section, whatever the size of the file.
/// The content, of at most `largest` bytes; none when there is no such section.
/// Threads: any.
/// Errors (fatal): the file cannot be read, is no library for this machine, or is damaged; the
///         message says which, and leaves the file's name to the caller.
Result<std::optional<std::string>> read_elf_section(const std::filesystem::path& file,
                                                    std::string_view name, std::size_t largest);

}  // namespace millrace::plugin

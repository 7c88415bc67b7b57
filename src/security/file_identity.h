#pragma once

#include <sys/types.h>
#include <cstdint>
#include <string>

namespace millrace::security {

/// What tells one content of a file from the next, without reading it.
struct FileIdentity {
  explicit FileIdentity(const std::string& path);  ///< one that is not there counts, too
  bool operator==(const FileIdentity&) const = default;

  dev_t device = 0;
  ino_t inode = 0;
  off_t size = -1;
  std::int64_t changed[4] = {};  ///< modification and status, seconds and nanoseconds
};

}  // namespace millrace::security

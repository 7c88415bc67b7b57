#include "security/file_identity.h"

#include <sys/stat.h>

namespace millrace::security {

FileIdentity::FileIdentity(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return;
  device = found.st_dev;
  inode = found.st_ino;
  size = found.st_size;
  changed[0] = found.st_mtim.tv_sec;
  changed[1] = found.st_mtim.tv_nsec;
  changed[2] = found.st_ctim.tv_sec;
  changed[3] = found.st_ctim.tv_nsec;
}

}  // namespace millrace::security

#include "storage/file_io.h"

#include "base/descriptor.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace millrace::storage {
namespace {

namespace fs = std::filesystem;

Error system_error(std::string_view what, const fs::path& path, int number) {
  return Error{ErrorCode::fatal, std::string(what) + " '" + path.string() +
                                     "': " + std::generic_category().message(number)};
}

// 0, or the number of the system's error.
int write_all(int descriptor, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

// Where the links lead, even when there is nothing at their end.
fs::path resolved(fs::path path) {
  constexpr int most_links = 40;  // the kernel's own limit
  std::error_code error;
  for (int i = 0; i < most_links && fs::is_symlink(path, error); ++i) {
    const fs::path next = fs::read_symlink(path, error);
    if (error) break;
    path = next.is_absolute() ? next : path.parent_path() / next;
  }
  return path;
}

Result<void> write_temporary(const fs::path& temporary, const struct stat* old,
                             std::string_view content) {
  // A file that a crash has left, or a link that somebody has laid there, is not written through.
  ::unlink(temporary.c_str());
  const Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!file) return system_error("cannot create file", temporary, errno);
  if (old != nullptr) {
    // The owner can be given away by root alone; elsewhere it is the same anyway.
    if (::fchown(file.get(), old->st_uid, old->st_gid) == 0 || errno == EPERM) {
      ::fchmod(file.get(), old->st_mode & 07777);
    }
  }
  int failure = write_all(file.get(), content);
  if (failure == 0 && ::fsync(file.get()) != 0) failure = errno;
  if (failure == 0) return {};
  ::unlink(temporary.c_str());
  return system_error("cannot write file", temporary, failure);
}

Result<void> write_in_place(const fs::path& path, std::string_view content) {
  const Descriptor device(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
  const int failure = device ? write_all(device.get(), content) : errno;
  return failure == 0 ? Result<void>{} : system_error("cannot write file", path, failure);
}

}  // namespace

Result<std::optional<std::string>> read_whole_file(const fs::path& path) {
  // Not blocking: a pipe that nobody writes to must not hold up the start.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file && errno == ENOENT) return std::optional<std::string>{};
  struct stat status = {};
  if (!file || ::fstat(file.get(), &status) != 0) {
    return system_error("cannot read file", path, errno);
  }
  if (S_ISCHR(status.st_mode)) return std::optional<std::string>(std::string());
  if (S_ISDIR(status.st_mode)) return system_error("cannot read file", path, EISDIR);
  if (!S_ISREG(status.st_mode)) {
    return Error{ErrorCode::fatal,
                 "cannot read file '" + path.string() + "': it is no regular file"};
  }
  std::string content(static_cast<std::size_t>(status.st_size), '\0');
  std::size_t have = 0;
  while (have < content.size()) {
    const ssize_t count = ::read(file.get(), content.data() + have, content.size() - have);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_error("cannot read file", path, errno);
    if (count == 0) break;
    have += static_cast<std::size_t>(count);
  }
  content.resize(have);
  return std::optional<std::string>(std::move(content));
}

Result<void> replace_file(const fs::path& path, std::string_view content) {
  const fs::path target = resolved(path);
  struct stat old = {};
  const bool exists = ::stat(target.c_str(), &old) == 0;
  if (!exists && errno != ENOENT) return system_error("cannot write file", target, errno);
  if (exists && S_ISCHR(old.st_mode)) return write_in_place(target, content);
  if (exists && !S_ISREG(old.st_mode)) {
    return Error{ErrorCode::fatal,
                 "cannot write file '" + target.string() + "': it is no regular file"};
  }
  const fs::path temporary = target.string() + ".millrace.tmp";
  MILLRACE_TRY(write_temporary(temporary, exists ? &old : nullptr, content));
  if (::rename(temporary.c_str(), target.c_str()) != 0) {
    const int failure = errno;
    ::unlink(temporary.c_str());
    return system_error("cannot replace file", target, failure);
  }
  // Only the folder knows the new name; until it is durable a power cut could bring the old back.
  const fs::path folder = target.has_parent_path() ? target.parent_path() : fs::path(".");
  const Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // Some file systems cannot sync a folder; those say EINVAL and the rename stands.
  if (!directory || (::fsync(directory.get()) != 0 && errno != EINVAL)) {
    return system_error("cannot make durable the folder", folder, errno);
  }
  return {};
}

}  // namespace millrace::storage

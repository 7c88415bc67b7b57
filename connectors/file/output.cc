#include "file/output.h"

#include <cerrno>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace millrace::file {

Result<void> Output::open(const std::string& path) {
  name_ = "file '" + path + "'";
  const int number =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0666);
  if (number < 0) return failure("open");
  descriptor_ = Descriptor::own(number);
  look_at_end(path);
  return {};
}

void Output::open_standard_output() {
  name_ = "the standard output";
  descriptor_ = Descriptor::borrow(STDOUT_FILENO);
}

/// A process that was killed while it wrote may have left half a line. What is added to it would
/// be lost as a line of its own.
void Output::look_at_end(const std::string& path) {
  struct stat status {};
  if (::fstat(descriptor_.number(), &status) != 0 || !S_ISREG(status.st_mode)) return;
  regular_ = true;
  if (status.st_size == 0) return;
  const Descriptor reader = Descriptor::own(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  char last = '\n';
  if (reader && ::pread(reader.number(), &last, 1, status.st_size - 1) == 1) {
    inside_a_line_ = last != '\n';
  }
}

Result<void> Output::write(std::string_view lines) {
  if (lines.empty()) return {};
  if (inside_a_line_) MILLRACE_TRY(write_all("\n"));
  return write_all(lines);
}

Result<void> Output::write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_.number(), bytes.data(), bytes.size());
    if (written > 0) {
      const auto count = static_cast<std::size_t>(written);
      unsynced_ = regular_;
      inside_a_line_ = bytes[count - 1] != '\n';
      bytes.remove_prefix(count);
    } else if (written < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      // Somebody else made the standard output a non-blocking one.
      pollfd ready{descriptor_.number(), POLLOUT, 0};
      static_cast<void>(::poll(&ready, 1, -1));
    } else if (written == 0 || errno != EINTR) {
      if (written == 0) errno = EIO;
      return failure("write to");
    }
  }
  return {};
}

Result<void> Output::sync() {
  if (!unsynced_) return {};
  // Some file systems have nothing to wait for, and say so.
  if (::fdatasync(descriptor_.number()) != 0 && errno != EINVAL && errno != ENOSYS) {
    return failure("store what was written to");
  }
  unsynced_ = false;
  return {};
}

Result<void> Output::close() {
  if (const int number = descriptor_.release();
      number >= 0 && ::close(number) != 0 && errno != EINTR) {
    return failure("close");
  }
  return {};
}

Error Output::failure(std::string_view doing) const {
  return {ErrorCode::fatal,
          "cannot " + std::string(doing) + " " + name_ + ": " + system_text(errno)};
}

}  // namespace millrace::file

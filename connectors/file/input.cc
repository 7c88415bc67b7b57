#include "file/input.h"

#include <cerrno>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace millrace::file {

Result<Input::State> Input::open(const std::string& path) {
  name_ = "file '" + path + "'";
  // Not to block: a named pipe that nobody writes to would hold the task here.
  const int number = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (number < 0) {
    if (errno == ENOENT) return State::missing;
    return Error{ErrorCode::fatal, "cannot open " + name_ + " for reading: " + system_text(errno)};
  }
  Descriptor opened = Descriptor::own(number);
  struct stat status {};
  if (::fstat(number, &status) == 0 && S_ISDIR(status.st_mode)) return State::directory;
  descriptor_ = std::move(opened);
  examine();
  return State::open;
}

void Input::open_standard_input() {
  name_ = "the standard input";
  descriptor_ = Descriptor::borrow(STDIN_FILENO);
  examine();
}

void Input::examine() {
  struct stat status {};
  stream_ = ::fstat(descriptor_.number(), &status) == 0 && !S_ISREG(status.st_mode);
  ended_ = false;
}

Result<bool> Input::seek(std::int64_t position) {
  if (stream_) return false;
  if (::lseek(descriptor_.number(), position, SEEK_SET) >= 0) return true;
  return Error{ErrorCode::fatal, "cannot go to byte " + std::to_string(position) + " of " + name_ +
                                     ": " + system_text(errno)};
}

Result<std::size_t> Input::read(std::span<char> space) {
  if (stream_) {
    // The standard input is shared with other programs and stays a blocking one.
    pollfd ready{descriptor_.number(), POLLIN, 0};
    if (::poll(&ready, 1, 0) == 0) {
      ended_ = false;
      return std::size_t{0};
    }
  }
  while (true) {
    const ssize_t got = ::read(descriptor_.number(), space.data(), space.size());
    if (got >= 0) {
      ended_ = got == 0;
      return static_cast<std::size_t>(got);
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) return std::size_t{0};
    if (errno == EINTR) continue;
    return Error{ErrorCode::fatal, "cannot read from " + name_ + ": " + system_text(errno)};
  }
}

bool Input::wait(std::chrono::milliseconds time) const {
  pollfd ready{descriptor_.number(), POLLIN, 0};
  return ::poll(&ready, 1, static_cast<int>(time.count())) > 0;
}

std::int64_t Input::size() const {
  struct stat status {};
  if (stream_ || ::fstat(descriptor_.number(), &status) != 0) return -1;
  return status.st_size;
}

}  // namespace millrace::file

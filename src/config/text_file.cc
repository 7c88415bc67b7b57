#include "config/text_file.h"

#include "base/descriptor.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace millrace::config {

namespace {

// Far beyond any configuration; a pipe or device that never ends must not fill the memory.
constexpr std::size_t most_bytes = std::size_t{64} << 20;

Error unreadable(const std::string& path, const std::string& reason) {
  return {ErrorCode::fatal, "cannot read '" + path + "': " + reason};
}

}  // namespace

Result<std::string> read_text_file(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return unreadable(path, std::strerror(errno));
  std::string bytes;
  std::array<char, 65536> part{};
  for (;;) {
    const ssize_t size = ::read(file.get(), part.data(), part.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return unreadable(path, std::strerror(errno));
    if (size == 0) return bytes;
    bytes.append(part.data(), static_cast<std::size_t>(size));
    if (bytes.size() > most_bytes) return unreadable(path, "more than 64 MiB");
  }
}

}  // namespace millrace::config

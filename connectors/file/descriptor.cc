#include "file/descriptor.h"

#include <system_error>

#include <unistd.h>

namespace millrace::file {

Descriptor::~Descriptor() {
  if (owned_ && number_ >= 0) ::close(number_);
}

std::string system_text(int error) { return std::system_category().message(error); }

}  // namespace millrace::file

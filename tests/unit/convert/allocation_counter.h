#pragma once

#include <cstddef>

namespace millrace {

/// How often this thread has asked for memory so far. The test program's operator new counts.
std::size_t allocations();

}  // namespace millrace

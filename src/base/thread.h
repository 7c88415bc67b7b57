#pragma once

#include <functional>
#include <string>
#include <thread>

namespace millrace {

/// A thread that bears a name: what `top -H` and debuggers show; the kernel keeps 15 characters.
std::thread start_thread(const std::string& name, std::function<void()> body);

}  // namespace millrace

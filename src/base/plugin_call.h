#pragma once

#include "millrace/result.h"

#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace millrace {

/// Calls into a plugin. What it throws becomes an error of the task that called it: plugins may
/// be written with exceptions, and must not take the worker down with them.
template <class Call>
auto call_plugin(std::string_view what, Call&& call) -> decltype(call()) {
  try {
    return std::forward<Call>(call)();
  } catch (const std::exception& exception) {
    return Error{ErrorCode::fatal, "java.lang.RuntimeException",
                 std::string(what) + " threw an exception: " + exception.what()};
  } catch (...) {
    return Error{ErrorCode::fatal, "java.lang.RuntimeException",
                 std::string(what) + " threw something that is no std::exception"};
  }
}

}  // namespace millrace

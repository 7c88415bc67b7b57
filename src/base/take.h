#pragma once

#include "millrace/result.h"

#include <utility>

namespace millrace {

/// Moves the value over, or hands back the error: MILLRACE_TRY(take(settings.port, port_of(text))).
template <class T, class U>
Result<void> take(T& target, Result<U> result) {
  if (!result) return std::move(result.error());
  target = *std::move(result);
  return {};
}

}  // namespace millrace

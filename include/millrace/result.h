#pragma once

#include "millrace/error.h"

#include <version>

#if defined(__cpp_lib_expected)
#include <expected>
#define MILLRACE_EXPECTED "std"
#else
#include <tl/expected.hpp>
#define MILLRACE_EXPECTED "tl"
#endif

#include <concepts>
#include <type_traits>
#include <utility>

namespace millrace {

#if defined(__cpp_lib_expected)
template <class T>
using Expected = std::expected<T, Error>;
inline auto unexpected(Error error) { return std::unexpected<Error>(std::move(error)); }
#else
template <class T>
using Expected = tl::expected<T, Error>;
inline auto unexpected(Error error) { return tl::unexpected<Error>(std::move(error)); }
#endif

/// A value, or the error that stood in its way. A function says `return value;` or
/// `return Error{ErrorCode::bad_record, "..."};`, a caller tests it like a pointer.
template <class T>
class [[nodiscard]] Result : public Expected<T> {
 public:
  using value_type = T;

  Result() = default;
  Result(Error error) : Expected<T>(unexpected(std::move(error))) {}
  template <class U>
    requires(std::is_constructible_v<T, U &&> && std::is_convertible_v<U &&, T> &&
             !std::same_as<std::remove_cvref_t<U>, Error> &&
             !std::derived_from<std::remove_cvref_t<U>, Result>)
  Result(U&& value) : Expected<T>(std::forward<U>(value)) {}
};

template <>
class [[nodiscard]] Result<void> : public Expected<void> {
 public:
  using value_type = void;

  Result() = default;
  Result(Error error) : Expected<void>(unexpected(std::move(error))) {}
};

/// Hands an error on to the caller: `MILLRACE_TRY(check(config));`
#define MILLRACE_TRY(expression)                                              \
  do {                                                                        \
    if (auto millrace_result = (expression); !millrace_result) [[unlikely]] { \
      return std::move(millrace_result.error());                              \
    }                                                                         \
  } while (false)

}  // namespace millrace

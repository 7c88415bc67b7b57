#pragma once

#include "herder/progress.h"
#include "millrace/result.h"

#include <concepts>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

namespace millrace {

/// Takes the answer to one request, and meanwhile knows how far the work on it has come.
/// Threads: called once, on some thread of the herder's; the call must not block.
template <class T>
class Reply {
 public:
  /// progress: whoever waits for the answer reads it; without one nobody does.
  template <class Call>
    requires(std::invocable<Call&, Result<T>> && !std::same_as<std::remove_cvref_t<Call>, Reply>)
  Reply(Call call, std::shared_ptr<Progress> progress = std::make_shared<Progress>())
      : call_(std::move(call)), progress_(std::move(progress)) {}

  void operator()(Result<T> result) const { call_(std::move(result)); }
  [[nodiscard]] Progress& progress() const { return *progress_; }

 private:
  std::function<void(Result<T>)> call_;
  std::shared_ptr<Progress> progress_;  // never null
};

}  // namespace millrace

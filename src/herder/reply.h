#pragma once

#include "herder/progress.h"
#include "millrace/result.h"

#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace millrace {

/// Sends a request on to the worker that can carry it out: called with that worker's URL.
using Elsewhere = std::function<void(const std::string& url)>;

/// Takes the answer to one request, and meanwhile knows how far the work on it has come.
/// Threads: called once, itself or `elsewhere`, on some thread of the herder's; the call must not
///          block.
template <class T>
class Reply {
 public:
  /// progress:  whoever waits for the answer reads it; without one nobody does.
  /// elsewhere: for requests that may be sent on; without it they fail where they would have to be.
  template <class Call>
    requires(std::invocable<Call&, Result<T>> && !std::same_as<std::remove_cvref_t<Call>, Reply>)
  Reply(Call call, std::shared_ptr<Progress> progress = std::make_shared<Progress>(),
        Elsewhere elsewhere = {})
      : call_(std::move(call)), elsewhere_(std::move(elsewhere)), progress_(std::move(progress)) {}

  void operator()(Result<T> result) const { call_(std::move(result)); }
  /// Another worker has to carry this out: the one with this URL; empty: nobody knows which.
  void elsewhere(const std::string& url) const {
    if (elsewhere_ && !url.empty()) return elsewhere_(url);
    call_(Error{ErrorCode::conflict,
                "Cannot complete request momentarily due to no known leader URL, likely because a "
                "rebalance was underway."});
  }
  [[nodiscard]] Progress& progress() const { return *progress_; }
  /// For a reply to a part of the work.
  [[nodiscard]] std::shared_ptr<Progress> shared_progress() const { return progress_; }

 private:
  std::function<void(Result<T>)> call_;
  Elsewhere elsewhere_;
  std::shared_ptr<Progress> progress_;  // never null
};

}  // namespace millrace

#pragma once

#include "base/mutex.h"
#include "millrace/value.h"

#include <optional>
#include <string>

namespace millrace {

/// A step of the work on one request, as it is told to a client that gave up waiting.
struct Stage {
  std::string what;  ///< goes on after "The worker is currently": "starting the connector"
  Instant began;
  std::optional<Instant> completed;  ///< none: it goes on
};

/// How far the work on one request has come: told by those who work on it, read by whoever answers
/// the client when that takes too long.
/// Threads: any.
/// Source:  org.apache.kafka.connect.util.Stage.
class Progress {
 public:
  /// Ends the stage before it.
  void begin(std::string what);
  void complete();
  /// The last stage; none: nobody has begun yet.
  [[nodiscard]] std::optional<Stage> stage() const;

 private:
  mutable Mutex mutex_;
  std::optional<Stage> stage_ GUARDED_BY(mutex_);
};

}  // namespace millrace

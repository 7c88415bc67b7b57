#include "herder/progress.h"

#include "base/clock.h"

#include <utility>

namespace millrace {

void Progress::begin(std::string what) {
  const Instant now = SystemClock().wall();
  const MutexLock lock(mutex_);
  stage_ = Stage{std::move(what), now, std::nullopt};
}

void Progress::complete() {
  const Instant now = SystemClock().wall();
  const MutexLock lock(mutex_);
  if (stage_ && !stage_->completed) stage_->completed = now;
}

std::optional<Stage> Progress::stage() const {
  const MutexLock lock(mutex_);
  return stage_;
}

}  // namespace millrace

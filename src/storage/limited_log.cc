#include "storage/limited_log.h"

#include "base/mutex.h"

#include <memory>
#include <optional>

#include <fmt/format.h>

namespace millrace::storage {
namespace {

/// Shared with the log, which may answer when nobody waits any more.
struct Answers {
  Mutex mutex;
  CondVar changed;
  std::size_t open GUARDED_BY(mutex) = 0;
  std::optional<Error> error GUARDED_BY(mutex);
};

}  // namespace

LimitedLog::LimitedLog(TopicLog& log, Clock& clock, std::chrono::milliseconds limit)
    : log_(log), clock_(clock), limit_(limit), deadline_(deadline_after(clock.now(), limit)) {}

Result<void> LimitedLog::send(std::vector<Record> records) {
  const auto answers = std::make_shared<Answers>();
  {
    const MutexLock lock(answers->mutex);
    answers->open = records.size();
  }
  for (auto& [key, value] : records) {
    log_.send(std::move(key), std::move(value), [answers](const Result<void>& written) {
      const MutexLock lock(answers->mutex);
      --answers->open;
      if (!written && !answers->error) answers->error = written.error();
      answers->changed.notify_all();
    });
  }
  const MutexLock lock(answers->mutex);
  while (answers->open > 0 && !answers->error) {
    const bool in_time = clock_.wait_until(answers->mutex, answers->changed, deadline_);
    if (!in_time && answers->open > 0 && !answers->error) return too_late("not acknowledged");
  }
  if (answers->error) return *answers->error;
  return {};
}

Result<void> LimitedLog::read_to_end() {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - clock_.now());
  if (left.count() <= 0) return too_late("not read to the end of the topic");
  return log_.read_to_end(left);
}

Error LimitedLog::too_late(const std::string& what) const {
  return {ErrorCode::retriable, "org.apache.kafka.common.errors.TimeoutException",
          fmt::format("{} within {} ms", what, limit_.count())};
}

}  // namespace millrace::storage

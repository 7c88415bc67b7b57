#include "http/sink_task.h"

#include <algorithm>
#include <utility>

namespace millrace::http {

namespace {

/// How long one put works: no stop or pause waits longer than this.
constexpr Milliseconds slice{50};
/// Wishes for a commit come together.
constexpr Milliseconds commit_pause{1000};
/// What may wait here before the partitions stand still. Below a quarter of it they flow again.
constexpr std::size_t most_records = 1000;
constexpr std::size_t most_bytes = std::size_t{8} << 20;

}  // namespace

HttpSinkTask::~HttpSinkTask() = default;

Result<void> HttpSinkTask::start(const Config& config) {
  std::vector<Misfit> misfits;
  settings_ = read_settings(config, misfits);
  if (!misfits.empty()) return std::move(misfits.front().error);
  Result<std::unique_ptr<Reports>> reports = Reports::make(settings_, context());
  if (!reports) return std::move(reports.error());
  reports_ = *std::move(reports);
  sender_ = std::make_unique<Sender>(settings_, *clock_, *reports_);
  RecordLog(settings_).task_started();
  return {};
}

Result<void> HttpSinkTask::open(const PartitionSet& added) {
  if (!held_back_) return {};
  return context().pause(added);
}

/// An error is kept for the next put: the records of this one belong to the task from now on, and
/// what is through of them is to be committed.
Result<void> HttpSinkTask::put(std::span<const SinkRecord> records) {
  if (failure_) return *failure_;
  take(records);
  Result<void> worked = sender_->work(context().paused(), !records.empty(), slice);
  sender_->keep();
  if (sender_->take_finished() > 0) commit_wanted_ = true;
  measure_batch();
  if (worked) worked = reports_->check();
  if (!worked) {
    failure_ = std::move(worked.error());
    if (records.empty()) return *failure_;
    context().timeout(Milliseconds(0));
    return {};
  }
  ask_for_commit();
  say_when();
  return regulate();
}

void HttpSinkTask::take(std::span<const SinkRecord> records) {
  for (const SinkRecord& record : records) sender_->add(record);
  if (records.empty()) return;
  if (!batch_began_) batch_began_ = clock_->now();
  batch_size_ += records.size();
}

/// Lets the partitions flow or stand still.
Result<void> HttpSinkTask::regulate() {
  const std::size_t room =
      std::max(most_records, 4 * settings_.transfer.in_flight * settings_.batch.records);
  const bool full = sender_->size() >= room || sender_->bytes() >= most_bytes;
  const bool low = sender_->size() <= room / 4 && sender_->bytes() <= most_bytes / 4;
  if (held_back_ ? !low : !full) return {};
  held_back_ = !held_back_;
  return held_back_ ? context().pause(context().assignment())
                    : context().resume(context().assignment());
}

void HttpSinkTask::ask_for_commit() {
  const TaskClock::Time now = clock_->now();
  if (!commit_wanted_ || (last_commit_ && now < *last_commit_ + commit_pause)) return;
  commit_wanted_ = false;
  last_commit_ = now;
  context().request_commit();
}

/// When the next put is to come, if no records come before that.
void HttpSinkTask::say_when() {
  const TaskClock::Time now = clock_->now();
  std::optional<TaskClock::Time> next;
  if (sender_->open() > 0) {
    next = now;
  } else if (!context().paused()) {
    next = sender_->next_time();
  }
  if (commit_wanted_)
    next = std::min(next.value_or(TaskClock::Time::max()), *last_commit_ + commit_pause);
  if (!next) return;
  const auto wait = std::chrono::ceil<Milliseconds>(*next - now);
  context().timeout(std::max(wait, Milliseconds(0)));
}

void HttpSinkTask::measure_batch() {
  if (!batch_began_ || sender_->size() > 0) return;
  const auto time = std::chrono::duration_cast<Milliseconds>(clock_->now() - *batch_began_);
  RecordLog(settings_).batch_done(time, std::exchange(batch_size_, 0));
  batch_began_.reset();
}

Result<PartitionOffsets> HttpSinkTask::pre_commit(const PartitionOffsets& offsets) {
  if (!sender_ || !reports_->flush()) return PartitionOffsets();
  PartitionOffsets safe = offsets;
  for (auto& [partition, offset] : safe) {
    if (const auto open = sender_->offsets().first_open(partition))
      offset = std::min(offset, *open);
  }
  return safe;
}

Result<void> HttpSinkTask::close(const PartitionSet& removed) {
  if (!sender_) return {};
  sender_->remove(removed);
  if (sender_->size() == 0) {
    batch_began_.reset();
    batch_size_ = 0;
  }
  context().timeout(Milliseconds(0));  // what waited behind them may go now
  return {};
}

/// Requests that are open are ended; their records were not committed.
Result<void> HttpSinkTask::stop() {
  if (!sender_) return {};  // it never started
  RecordLog(settings_).task_stopped();
  sender_.reset();
  reports_.reset();
  return {};
}

}  // namespace millrace::http

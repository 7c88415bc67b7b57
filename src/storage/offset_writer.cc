#include "storage/offset_writer.h"

#include <utility>

#include "storage/offset_json.h"

namespace millrace::storage {
namespace {

Error cancelled(const std::string& connector) {
  return Error{ErrorCode::fatal, "a task of connector '" + connector +
                                     "' was cancelled, its offsets stay as they are"};
}

Error too_late(const std::string& connector, std::chrono::milliseconds timeout) {
  return Error{ErrorCode::retriable, "source offsets of connector '" + connector +
                                         "' were not stored within " +
                                         std::to_string(timeout.count()) +
                                         " ms (offset.flush.timeout.ms); the next commit has them"};
}

}  // namespace

OffsetWriter::OffsetWriter(OffsetStore& store, Clock& clock, std::string connector)
    : store_(store),
      clock_(clock),
      connector_(std::move(connector)),
      wait_(std::make_shared<Wait>()) {}

void OffsetWriter::offset(const OffsetView& partition, const OffsetView& offset) {
  note(offset_key(connector_, partition), offset_value(connector_, offset));
}
void OffsetWriter::offset(const NullableOffsetMap& partition, const NullableOffsetMap& offset) {
  note(offset_key(connector_, partition), offset_value(connector_, offset));
}

void OffsetWriter::note(Result<std::string> key, Result<NullableString> value) {
  MutexLock lock(mutex_);
  if (key) {
    pending_.insert_or_assign(std::move(*key), std::move(value));
  } else {
    std::string nobodys = "!" + key.error().message();  // no JSON starts like this
    pending_.insert_or_assign(std::move(nobodys), StoredValue(std::move(key.error())));
  }
}

Result<std::size_t> OffsetWriter::flush(std::chrono::milliseconds timeout) {
  const Limit limit{deadline_after(clock_.now(), timeout), timeout};
  Result<std::uint64_t> number = begin(limit);
  if (!number) return std::move(number.error());
  Pending taken;
  Result<Entries> entries = take_pending(taken);
  Result<void> done = entries ? store(*entries, *number, limit) : std::move(entries.error());
  // Before anyone else can flush: what comes back must not be missing there.
  if (!done) merge_back(std::move(taken));
  end();
  if (!done) return std::move(done.error());
  return entries->size();
}

Result<std::uint64_t> OffsetWriter::begin(const Limit& limit) {
  MutexLock lock(wait_->mutex);
  while (wait_->flushing && !wait_->cancelled) {
    if (!clock_.wait_until(wait_->mutex, wait_->changed, limit.deadline)) break;
  }
  if (wait_->cancelled) return cancelled(connector_);
  if (wait_->flushing) return too_late(connector_, limit.timeout);
  wait_->flushing = true;
  return ++wait_->flush;
}

Result<OffsetWriter::Entries> OffsetWriter::take_pending(Pending& taken) {
  {
    MutexLock lock(mutex_);
    taken.swap(pending_);
  }
  Entries entries;
  entries.reserve(taken.size());
  for (const auto& [key, value] : taken) {
    if (!value) return Error(value.error());
    entries.emplace_back(key, *value);
  }
  return entries;
}

Result<void> OffsetWriter::store(const Entries& entries, std::uint64_t flush, const Limit& limit) {
  if (entries.empty()) return {};
  store_.set(entries, [wait = wait_, flush](Result<void> answer) {
    MutexLock lock(wait->mutex);
    if (wait->flush != flush || !wait->flushing) return;
    wait->answer = std::move(answer);
    wait->changed.notify_all();
  });
  MutexLock lock(wait_->mutex);
  while (!wait_->answer && !wait_->cancelled) {
    if (!clock_.wait_until(wait_->mutex, wait_->changed, limit.deadline)) break;
  }
  if (wait_->cancelled) return cancelled(connector_);
  if (wait_->answer && !*wait_->answer) return std::move(wait_->answer->error());
  if (!wait_->answer || clock_.now() > limit.deadline) return too_late(connector_, limit.timeout);
  return {};
}

void OffsetWriter::merge_back(Pending taken) {
  MutexLock lock(mutex_);
  pending_.merge(taken);  // what is there already is newer, and stays
}

void OffsetWriter::end() {
  MutexLock lock(wait_->mutex);
  wait_->flushing = false;
  wait_->answer.reset();
  wait_->changed.notify_all();
}

void OffsetWriter::cancel() {
  MutexLock lock(wait_->mutex);
  wait_->cancelled = true;
  wait_->changed.notify_all();
}

}  // namespace millrace::storage

#include "task_world.h"

#include <algorithm>
#include <utility>

namespace millrace::pipeline {

namespace {

MATCHER_P(IsFailureWith, text, "") {
  *result_listener << trace_of(arg);
  return !arg && arg.error().trace().find(text) != std::string::npos;
}
MATCHER(IsSuccess, "") {
  *result_listener << trace_of(arg);
  return static_cast<bool>(arg);
}

}  // namespace

Journal::Journal() = default;
Journal::~Journal() = default;

void Journal::note(std::string line) {
  const MutexLock lock(mutex_);
  lines_.push_back(std::move(line));
  changed_.notify_all();
}

void Journal::clear() {
  const MutexLock lock(mutex_);
  lines_.clear();
}

std::vector<std::string> Journal::lines() const {
  const MutexLock lock(mutex_);
  return lines_;
}

std::ptrdiff_t Journal::count(const std::string& line) const {
  const MutexLock lock(mutex_);
  return std::count(lines_.begin(), lines_.end(), line);
}

bool Journal::await(const std::string& line, std::ptrdiff_t times) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  const MutexLock lock(mutex_);
  while (std::count(lines_.begin(), lines_.end(), line) < times) {
    if (!changed_.wait_until(mutex_, deadline)) return false;
  }
  return true;
}

Behaviour::Behaviour(Journal& journal) : journal_(journal) {}
Behaviour::~Behaviour() = default;

void Behaviour::on(const std::string& call, Deed deed) { deeds_[call] = std::move(deed); }

void Behaviour::fail(const std::string& call, Error error) {
  on(call, [error]() -> Result<void> { return error; });
}

Result<void> Behaviour::called(const std::string& call, std::string line) {
  journal_.note(line.empty() ? call : std::move(line));
  const auto deed = deeds_.find(call);
  return deed == deeds_.end() ? Result<void>() : deed->second();
}

FakeListener::FakeListener(Journal& journal) : journal_(journal) {}
FakeListener::~FakeListener() = default;

void FakeListener::running() { journal_.note("RUNNING"); }

void FakeListener::paused() {
  journal_.note("PAUSED");
  if (on_paused) on_paused();
}

void FakeListener::topic_used(std::string_view topic) { topics.emplace_back(topic); }

TaskWorld::TaskWorld(Clock& the_clock) : clock(the_clock) {}
TaskWorld::~TaskWorld() = default;

Surroundings TaskWorld::surroundings() { return {clock, control, listener, counters, gauges}; }

std::string trace_of(const Result<void>& result) {
  return result ? std::string("no error") : result.error().trace();
}

testing::Matcher<const Result<void>&> FailsWith(const std::string& text) {
  return IsFailureWith(text);
}

testing::Matcher<const Result<void>&> Succeeds() { return IsSuccess(); }

}  // namespace millrace::pipeline

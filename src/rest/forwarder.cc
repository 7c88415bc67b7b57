#include "rest/forwarder.h"

#include "base/thread.h"

#include <utility>

namespace millrace::rest {

void Forwarder::send(Way way, peers::PeerRequest request, Clock::time_point until,
                     Answered answered) {
  {
    const MutexLock lock(mutex_);
    if (stopped_) return;  // nobody waits any more
    Queue& waiting = queue(way);
    waiting.jobs.push_back({std::move(request), until, std::move(answered)});
    if (waiting.threads == most_at_once) return;
    ++waiting.threads;
  }
  start_thread("rest-forward", [self = shared_from_this(), way] { self->run(way); }).detach();
}

void Forwarder::run(Way way) {
  mutex_.lock();
  while (!stopped_ && !queue(way).jobs.empty()) {
    const Job job = std::move(queue(way).jobs.front());
    queue(way).jobs.pop_front();
    mutex_.unlock();
    carry_out(job);
    mutex_.lock();
  }
  --queue(way).threads;
  thread_ended_.notify_all();
  mutex_.unlock();
}

void Forwarder::carry_out(const Job& job) {
  job.answered(client_->send(job.request, std::chrono::duration_cast<std::chrono::milliseconds>(
                                              job.until - Clock::now())));
}

void Forwarder::stop() {
  {
    const MutexLock lock(mutex_);
    stopped_ = true;
    for (Queue& waiting : queues_) waiting.jobs.clear();
  }
  client_->stop();
  const MutexLock lock(mutex_);
  while (queues_[0].threads + queues_[1].threads > 0) thread_ended_.wait(mutex_);
}

}  // namespace millrace::rest

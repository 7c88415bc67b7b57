#pragma once

#include "base/clock.h"
#include "base/mutex.h"

#include <functional>

struct rd_kafka_conf_s;

namespace millrace::kafka {

/// Knows whether a consumer is about to be given its member id. A broker makes the id at the first
/// JoinGroup and expects the member back with it (KIP-394). librdkafka drops the answer when the
/// consumer is closed meanwhile, and cannot leave as a member that it does not know: the group's
/// next rebalance would wait for that member until its session is over, 45 s in which no task of
/// the sink reads. So closing waits for the id.
/// Threads: any; librdkafka's report what is said.
class JoinWatch {
 public:
  explicit JoinWatch(Clock& clock) : clock_(clock) {}
  /// Lets the client that is made of conf report; it must not outlive this.
  void attach(rd_kafka_conf_s* conf);

  /// A request has gone out to a broker, or its answer has come. kind: the protocol's API key.
  void sent(int kind) EXCLUDES(mutex_);
  void answered(int kind) EXCLUDES(mutex_);

  /// Returns when has_id does, when no id seems to be on its way, or at the deadline.
  void settle(const std::function<bool()>& has_id, Clock::Time deadline) EXCLUDES(mutex_);

 private:
  void heard(int kind, bool asked) EXCLUDES(mutex_);

  Clock& clock_;
  Mutex mutex_;
  CondVar changed_;
  bool waiting_ GUARDED_BY(mutex_) = false;  ///< for the answer to a JoinGroup
  Clock::Time last_ GUARDED_BY(mutex_);      ///< when a step towards one was made
};

}  // namespace millrace::kafka

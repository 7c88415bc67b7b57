#pragma once

#include "millrace/result.h"

namespace millrace::pipeline {

/// The life of one task, from its first call to its last.
class Pipeline {
 public:
  virtual ~Pipeline() = default;
  /// Runs until the task is told to stop, or fails. Threads: the task's.
  /// Errors: the task is FAILED, with this as its trace; everything is closed all the same.
  virtual Result<void> run() = 0;
  /// Stores the source offsets that are due. Threads: the committer's, one call at a time.
  virtual void commit_offsets() {}
  /// Lets go of Kafka at once, after the task was cancelled. Threads: any.
  virtual void abandon() {}
};

}  // namespace millrace::pipeline

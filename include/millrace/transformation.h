#pragma once

#include "millrace/config.h"
#include "millrace/record.h"

#include <optional>

namespace millrace {

/// Changes records one by one.
/// Threads: each task has an instance of its own and calls it from its thread.
/// Errors:  any: errors.tolerance says whether the record is skipped.
/// Source:  org.apache.kafka.connect.transforms.Transformation.
class Transformation {
 public:
  virtual ~Transformation() = default;
  virtual Result<void> configure(const Config& config) = 0;
  /// The record to go on with; none drops it. The input stays as it is: after an error the same
  /// record may come again.
  virtual Result<std::optional<Record>> apply(const Record& record) = 0;
  virtual void close() {}
};

/// Decides whether a transformation is applied. Threads and errors as Transformation.
/// Source: org.apache.kafka.connect.transforms.predicates.Predicate.
class Predicate {
 public:
  virtual ~Predicate() = default;
  virtual Result<void> configure(const Config& config) = 0;
  virtual Result<bool> test(const Record& record) = 0;
  virtual void close() {}
};

}  // namespace millrace

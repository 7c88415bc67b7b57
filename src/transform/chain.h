#pragma once

#include "millrace/transformation.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace millrace::transform {

/// One transformation of a chain, and what decides whether a record is given to it.
struct Stage {
  std::string alias;       ///< as in `transforms`
  std::string class_name;  ///< of the transformation
  std::unique_ptr<Transformation> transformation;
  std::unique_ptr<Predicate> predicate;  ///< none: every record
  bool negate = false;                   ///< the records that the predicate does not hold for

  Result<bool> applies_to(const Record& record) const {
    if (predicate == nullptr) return true;
    Result<bool> holds = predicate->test(record);
    if (holds) *holds = *holds != negate;
    return holds;
  }
};

/// The transformations of one task, in order. An empty chain costs nothing.
/// Threads: the task's.
/// Source:  TransformationChain, TransformationStage.
class Chain {
 public:
  Chain() = default;
  explicit Chain(std::vector<Stage> stages) : stages_(std::move(stages)) {}

  [[nodiscard]] bool empty() const { return stages_.empty(); }
  /// The record to go on with, which may be a copy of this one; none: it was dropped.
  /// Errors: the stage's, with its name and class as the place. The record is as it was before.
  Result<std::optional<Record>> apply(const Record& record);
  /// Closes all of them, predicates too, whatever one of them throws.
  void close();

  /// The stage that the last record came to; after an error the one that failed. Null: none yet.
  [[nodiscard]] const Stage* last_stage() const { return last_; }

 private:
  std::vector<Stage> stages_;
  const Stage* last_ = nullptr;  // into stages_
};

}  // namespace millrace::transform

#pragma once

#include "millrace/transformation.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace millrace::transform {

/// One transformation of a chain, and what decides whether a record is given to it.
struct Stage {
  std::string alias;       ///< as in `transforms`
  std::string class_name;  ///< of the transformation
  std::unique_ptr<Transformation> transformation;
  std::unique_ptr<Predicate> predicate;  ///< none: every record
  bool negate = false;                   ///< the records that the predicate does not hold for

  /// What the transformation makes of the record. applied: false where the predicate leaves the
  /// record alone; nothing is returned then.
  Result<std::optional<Record>> apply(const Record& record, bool& applied) const;
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
  /// guard: is given each stage's call, predicate included, and makes it as often as it likes: what
  ///         came before is not done again. Returns what the call returned.
  /// Errors: the stage's, with its name and class as the place. The record is as it was before.
  template <class Guard>
  Result<std::optional<Record>> apply(const Record& record, Guard&& guard) {
    const Record* input = &record;  // read in place until a stage has made another one: no copy
    std::optional<Record> current;
    for (const Stage& stage : stages_) {
      last_ = &stage;
      bool applied = false;
      Result<std::optional<Record>> next = guard([&] { return stage.apply(*input, applied); });
      if (!next) return in_stage(std::move(next.error()), stage);
      if (!applied) continue;
      if (!*next) return std::optional<Record>();
      current = *std::move(next);
      input = &*current;
    }
    if (!current) current = record;
    return current;
  }
  Result<std::optional<Record>> apply(const Record& record) {
    return apply(record, [](auto&& call) { return call(); });
  }
  /// Closes all of them, predicates too, whatever one of them throws.
  void close();

  /// The stage that the last record came to; after an error the one that failed. Null: none yet.
  [[nodiscard]] const Stage* last_stage() const { return last_; }

 private:
  static Error in_stage(Error error, const Stage& stage);

  std::vector<Stage> stages_;
  const Stage* last_ = nullptr;  // into stages_
};

}  // namespace millrace::transform

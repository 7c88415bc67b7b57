#pragma once

#include "http/back_off.h"
#include "http/outcome.h"
#include "http/retry_flag.h"
#include "http/settings.h"

#include <string>

namespace millrace::http {

/// What a reply, or the lack of one, means for the record.
struct Judgement {
  Verdict verdict = Verdict::delivered;
  RetryFlag flag = RetryFlag::unknown;
  std::string reason;  ///< in words, for the log and the task's trace; empty when delivered
};

Judgement judge(const Outcome& outcome, const JudgeSettings& settings);

}  // namespace millrace::http

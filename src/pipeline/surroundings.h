#pragma once

#include "base/clock.h"
#include "metrics/task_counters.h"
#include "millrace/metrics.h"
#include "pipeline/task_control.h"

namespace millrace::pipeline {

/// What a pipeline borrows from its runner; all outlive it.
struct Surroundings {
  Clock& clock;
  TaskControl& control;
  TaskListener& listener;
  metrics::TaskCounters& counters;
  PluginMetrics& plugin_metrics;
};

}  // namespace millrace::pipeline

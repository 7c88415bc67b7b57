#include <millrace/plugin.h>

#include "counter_source.h"
#include "word_count_sink.h"

MILLRACE_PLUGIN(registry) {
  registry.add_source(
      {.name = "com.example.words.CounterSourceConnector",
       .version = "1.0.0",
       .config = words::counter_config(),
       .make_task = [] { return std::make_unique<words::CounterSourceTask>(); },
       .make_connector = [] { return std::make_unique<words::CounterSourceConnector>(); }});
  registry.add_sink(
      {.name = "com.example.words.WordCountSinkConnector",
       .version = "1.0.0",
       .config = words::word_count_config(),
       .make_task = [] { return std::make_unique<words::WordCountSinkTask>(); },
       .make_connector = [] { return std::make_unique<words::WordCountSinkConnector>(); }});
}

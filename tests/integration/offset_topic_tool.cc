// The offset topic of a cluster as a worker of ours reads and writes it.
//   offset_topic_tool BROKER TOPIC get KEY          the value; nothing where there is no offset
//   offset_topic_tool BROKER TOPIC set KEY VALUE
#include "base/clock.h"
#include "kafka/client_factory.h"
#include "storage/kafka_offset_store.h"
#include "storage/storage_topics.h"

#include <cstdio>
#include <cstdlib>
#include <future>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace millrace;

int failed(const Error& error) {
  std::fprintf(stderr, "%s\n", error.message().c_str());
  return 1;
}

int run(const std::vector<std::string>& arguments) {
  if (arguments.size() < 4) return 2;
  SystemClock clock;
  const auto clients = kafka::make_client_factory({});
  auto log = storage::open_offset_topic({{"bootstrap.servers", arguments[0]},
                                         {"group.id", "offset-topic-tool"},
                                         {"offset.storage.topic", arguments[1]},
                                         {"offset.storage.replication.factor", "1"}},
                                        *clients, clock);
  if (!log) return failed(log.error());
  storage::KafkaOffsetStore store(*std::move(log), arguments[1]);
  if (const auto loaded = store.load(); !loaded) return failed(loaded.error());
  const std::string& key = arguments[3];
  if (arguments[2] == "get") {
    const auto values = store.get(std::vector{key});
    if (!values) return failed(values.error());
    if (values->front()) std::printf("%s\n", values->front()->c_str());
    return 0;
  }
  if (arguments[2] != "set" || arguments.size() != 5) return 2;
  std::promise<Result<void>> done;
  store.set(std::vector<storage::OffsetStore::Entry>{{key, arguments[4]}},
            [&done](Result<void> result) { done.set_value(std::move(result)); });
  const Result<void> stored = done.get_future().get();
  return stored ? 0 : failed(stored.error());
}

}  // namespace

int main(int count, char** values) {
  return run(std::vector<std::string>(values + 1, values + count));
}

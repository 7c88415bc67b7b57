// The Kafka client alone: one thread that reads lines and produces them, or consumes records and
// writes their values, with nothing between. What a worker costs is told as a ratio to this.
//
//   bare_loop produce BROKER TOPIC FILE COUNT [name=value ...]   settings of librdkafka
//   bare_loop consume BROKER TOPIC FILE COUNT [name=value ...]
//   bare_loop create  BROKER TOPIC PARTITIONS
//   bare_loop watch   BROKER TOPIC COUNT     returns when partition 0 holds so many records
//
// produce and consume print one line of JSON: records per second, CPU seconds per million records,
// peak memory in MiB.
#include <librdkafka/rdkafka.h>

#include <sys/resource.h>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

long delivered = 0;
long refused = 0;

void on_report(rd_kafka_t* /*client*/, const rd_kafka_message_t* message, void* /*opaque*/) {
  ++(message->err == RD_KAFKA_RESP_ERR_NO_ERROR ? delivered : refused);
}

[[noreturn]] void die(const std::string& what) {
  std::fprintf(stderr, "bare_loop: %s\n", what.c_str());
  std::exit(1);
}

void set(rd_kafka_conf_t* conf, const std::string& name, const std::string& value) {
  std::array<char, 512> error{};
  if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), error.data(), error.size()) !=
      RD_KAFKA_CONF_OK) {
    die(error.data());
  }
}

rd_kafka_t* make_client(rd_kafka_type_t type, rd_kafka_conf_t* conf) {
  std::array<char, 512> error{};
  rd_kafka_t* client = rd_kafka_new(type, conf, error.data(), error.size());
  if (client == nullptr) die(error.data());
  return client;
}

void report(const char* what, long count, Clock::time_point begin) {
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto time = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  const double cpu = time(usage.ru_utime) + time(usage.ru_stime);
  std::printf(
      "{\"what\":\"%s\",\"records_per_s\":%.0f,\"cpu_s_per_million\":%.3f,\"peak_rss_mib\":%.1f}\n",
      what, static_cast<double>(count) / seconds, cpu / static_cast<double>(count) * 1e6,
      static_cast<double>(usage.ru_maxrss) / 1024.0);
}

void produce(rd_kafka_conf_t* conf, const char* topic_name, const char* file, long count) {
  rd_kafka_conf_set_dr_msg_cb(conf, on_report);
  rd_kafka_t* client = make_client(RD_KAFKA_PRODUCER, conf);
  rd_kafka_topic_t* topic = rd_kafka_topic_new(client, topic_name, nullptr);
  FILE* in = std::fopen(file, "r");
  if (in == nullptr) die(std::string("cannot read ") + file);
  char* line = nullptr;
  std::size_t capacity = 0;
  ssize_t size = 0;
  const Clock::time_point begin = Clock::now();
  for (long i = 0; i < count && (size = getline(&line, &capacity, in)) > 0; ++i) {
    while (rd_kafka_produce(topic, 0, RD_KAFKA_MSG_F_COPY, line, static_cast<std::size_t>(size - 1),
                            nullptr, 0, nullptr) < 0) {
      rd_kafka_poll(client, 10);
    }
    rd_kafka_poll(client, 0);
  }
  while (delivered + refused < count) rd_kafka_poll(client, 10);
  if (refused > 0) die(std::to_string(refused) + " records were refused");
  report("produce", count, begin);
}

void consume(rd_kafka_conf_t* conf, const char* topic_name, const char* file, long count) {
  rd_kafka_t* client = make_client(RD_KAFKA_CONSUMER, conf);
  rd_kafka_topic_t* topic = rd_kafka_topic_new(client, topic_name, nullptr);
  FILE* out = std::fopen(file, "w");
  if (out == nullptr) die(std::string("cannot write ") + file);
  std::vector<rd_kafka_message_t*> batch(10'000);
  const Clock::time_point begin = Clock::now();
  rd_kafka_consume_start(topic, 0, RD_KAFKA_OFFSET_BEGINNING);
  for (long got = 0; got < count;) {
    const ssize_t size = rd_kafka_consume_batch(topic, 0, 100, batch.data(), batch.size());
    for (ssize_t i = 0; i < size; ++i) {
      rd_kafka_message_t* message = batch[static_cast<std::size_t>(i)];
      if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        std::fwrite(message->payload, 1, message->len, out);
        std::fputc('\n', out);
        ++got;
      }
      rd_kafka_message_destroy(message);
    }
  }
  std::fclose(out);
  report("consume", count, begin);
}

void create(rd_kafka_conf_t* conf, const char* name, int partitions) {
  rd_kafka_t* client = make_client(RD_KAFKA_PRODUCER, conf);
  std::array<char, 512> error{};
  rd_kafka_NewTopic_t* topic =
      rd_kafka_NewTopic_new(name, partitions, 1, error.data(), error.size());
  rd_kafka_queue_t* queue = rd_kafka_queue_new(client);
  rd_kafka_CreateTopics(client, &topic, 1, nullptr, queue);
  rd_kafka_event_t* event = rd_kafka_queue_poll(queue, 30'000);
  if (event == nullptr) die("no answer to the creation of a topic");
  std::size_t results = 0;
  const rd_kafka_topic_result_t** topics =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &results);
  if (results != 1 || rd_kafka_topic_result_error(topics[0]) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    die(std::string("cannot create topic ") + name);
  }
}

void watch(rd_kafka_conf_t* conf, const char* topic, long count) {
  rd_kafka_t* client = make_client(RD_KAFKA_CONSUMER, conf);
  const Clock::time_point deadline = Clock::now() + std::chrono::minutes(10);
  while (Clock::now() < deadline) {
    std::int64_t low = 0;
    std::int64_t high = 0;
    rd_kafka_query_watermark_offsets(client, topic, 0, &low, &high, 5'000);
    if (high >= count) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  die("the records did not come within ten minutes");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) die("see the first lines of bare_loop.cc for what to say");
  const std::string_view what = argv[1];
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  set(conf, "bootstrap.servers", argv[2]);
  for (int i = 6; i < argc; ++i) {
    const std::string setting = argv[i];
    const std::size_t equals = setting.find('=');
    if (equals == std::string::npos) die("not name=value: " + setting);
    set(conf, setting.substr(0, equals), setting.substr(equals + 1));
  }
  const char* topic = argv[3];
  if (what == "produce" && argc > 5)
    produce(conf, topic, argv[4], std::atol(argv[5]));
  else if (what == "consume" && argc > 5)
    consume(conf, topic, argv[4], std::atol(argv[5]));
  else if (what == "create")
    create(conf, topic, std::atoi(argv[4]));
  else if (what == "watch")
    watch(conf, topic, std::atol(argv[4]));
  else
    die("unknown: " + std::string(what));
  std::fflush(stdout);
  std::_Exit(0);  // what the client still does in the background is of no interest
}

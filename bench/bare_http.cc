// libcurl alone: one connection, one request after the other. What the HTTP sink costs is told as
// a ratio to this.
//
//   bare_http post URL COUNT SIZE           prints requests per second and CPU seconds per million
//   bare_http fill BROKER TOPIC COUNT SIZE  so many records of that size, with keys of their own
#include <curl/curl.h>
#include <librdkafka/rdkafka.h>

#include <sys/resource.h>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void die(const std::string& what) {
  std::fprintf(stderr, "bare_http: %s\n", what.c_str());
  std::exit(1);
}

std::size_t ignore(char*, std::size_t size, std::size_t count, void*) { return size * count; }

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto time = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return time(usage.ru_utime) + time(usage.ru_stime);
}

void post(const char* url, long count, std::size_t size) {
  CURL* handle = curl_easy_init();
  const std::string body(size, 'x');
  // About as many bytes of headers as the sink sends.
  curl_slist* headers = curl_slist_append(nullptr, "Content-Type: application/json");
  headers = curl_slist_append(headers, "X-B3-TraceId: 0123456789abcdef");
  headers = curl_slist_append(headers, "X-B3-SpanId: 0123456789abcdef");
  headers = curl_slist_append(headers, "X-B3-Sampled: Defer");
  headers = curl_slist_append(headers, "X-B3-Info: topic=orders|partition=2|offset=1234567");
  headers = curl_slist_append(headers, "X-Kafka-Topic: orders");
  curl_easy_setopt(handle, CURLOPT_URL, url);
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, ignore);
  const Clock::time_point begin = Clock::now();
  const double cpu = cpu_seconds();
  for (long i = 0; i < count; ++i) {
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE, static_cast<long>(size));
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, body.data());
    if (curl_easy_perform(handle) != CURLE_OK) die("a request failed");
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  std::printf("{\"records_per_s\":%.0f,\"cpu_s_per_million\":%.3f}\n",
              static_cast<double>(count) / seconds,
              (cpu_seconds() - cpu) / static_cast<double>(count) * 1e6);
  curl_slist_free_all(headers);
  curl_easy_cleanup(handle);
}

void fill(const char* broker, const char* name, long count, std::size_t size) {
  std::array<char, 512> error{};
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  if (rd_kafka_conf_set(conf, "bootstrap.servers", broker, error.data(), error.size()) !=
          RD_KAFKA_CONF_OK ||
      rd_kafka_conf_set(conf, "linger.ms", "5", error.data(), error.size()) != RD_KAFKA_CONF_OK) {
    die(error.data());
  }
  rd_kafka_t* client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error.data(), error.size());
  if (client == nullptr) die(error.data());
  rd_kafka_topic_t* topic = rd_kafka_topic_new(client, name, nullptr);
  std::string value(size, 'x');
  for (long i = 0; i < count; ++i) {
    const std::string key = std::to_string(i % 10'000);
    while (rd_kafka_produce(topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, value.data(),
                            value.size(), key.data(), key.size(), nullptr) < 0) {
      rd_kafka_poll(client, 10);
    }
    rd_kafka_poll(client, 0);
  }
  if (rd_kafka_flush(client, 60'000) != RD_KAFKA_RESP_ERR_NO_ERROR) die("not all was sent");
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  if (what == "post" && argc == 5) {
    post(argv[2], std::atol(argv[3]), std::strtoul(argv[4], nullptr, 10));
  } else if (what == "fill" && argc == 6) {
    fill(argv[2], argv[3], std::atol(argv[4]), std::strtoul(argv[5], nullptr, 10));
  } else {
    die("post URL COUNT SIZE | fill BROKER TOPIC COUNT SIZE");
  }
}

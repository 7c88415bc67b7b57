// libcurl alone: one connection and one request after the other, or several of both. What the HTTP
// sink costs is told as a ratio to this.
//
//   bare_http post URL COUNT SIZE [N]       prints requests per second and CPU seconds per million;
//                                           N: so many in flight, 1 unless told
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
#include <vector>

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

/// About as many bytes of headers as the sink sends.
curl_slist* some_headers() {
  curl_slist* headers = curl_slist_append(nullptr, "Content-Type: application/json");
  headers = curl_slist_append(headers, "X-B3-TraceId: 0123456789abcdef");
  headers = curl_slist_append(headers, "X-B3-SpanId: 0123456789abcdef");
  headers = curl_slist_append(headers, "X-B3-Sampled: Defer");
  headers = curl_slist_append(headers, "X-B3-Info: topic=orders|partition=2|offset=1234567");
  return curl_slist_append(headers, "X-Kafka-Topic: orders");
}

CURL* request_to(const char* url, curl_slist* headers, const std::string& body) {
  CURL* handle = curl_easy_init();
  curl_easy_setopt(handle, CURLOPT_URL, url);
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, ignore);
  curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
  curl_easy_setopt(handle, CURLOPT_POSTFIELDS, body.data());
  return handle;
}

void one_after_the_other(CURL* handle, long count) {
  for (long i = 0; i < count; ++i) {
    if (curl_easy_perform(handle) != CURLE_OK) die("a request failed");
  }
}

/// Each of the handles sends its next request when it has the answer to the one before.
void side_by_side(const std::vector<CURL*>& handles, long count) {
  CURLM* multi = curl_multi_init();
  for (CURL* handle : handles) curl_multi_add_handle(multi, handle);
  long begun = static_cast<long>(handles.size());
  for (long done = 0; done < count;) {
    int running = 0;
    curl_multi_perform(multi, &running);
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
      if (message->data.result != CURLE_OK) die("a request failed");
      ++done;
      CURL* handle = message->easy_handle;
      curl_multi_remove_handle(multi, handle);
      if (begun++ < count) curl_multi_add_handle(multi, handle);
    }
    if (done < count) curl_multi_poll(multi, nullptr, 0, 1000, nullptr);
  }
  curl_multi_cleanup(multi);
}

void post(const char* url, long count, std::size_t size, long in_flight) {
  const std::string body(size, 'x');
  curl_slist* headers = some_headers();
  std::vector<CURL*> handles;
  for (long i = 0; i < in_flight; ++i) handles.push_back(request_to(url, headers, body));
  const Clock::time_point begin = Clock::now();
  const double cpu = cpu_seconds();
  if (in_flight == 1) {
    one_after_the_other(handles.front(), count);
  } else {
    side_by_side(handles, count);
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  std::printf("{\"records_per_s\":%.0f,\"cpu_s_per_million\":%.3f}\n",
              static_cast<double>(count) / seconds,
              (cpu_seconds() - cpu) / static_cast<double>(count) * 1e6);
  for (CURL* handle : handles) curl_easy_cleanup(handle);
  curl_slist_free_all(headers);
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
  if (what == "post" && (argc == 5 || argc == 6)) {
    const long in_flight = argc > 5 ? std::atol(argv[5]) : 1;
    post(argv[2], std::atol(argv[3]), std::strtoul(argv[4], nullptr, 10), in_flight);
  } else if (what == "fill" && argc == 6) {
    fill(argv[2], argv[3], std::atol(argv[4]), std::strtoul(argv[5], nullptr, 10));
  } else {
    die("post URL COUNT SIZE [N] | fill BROKER TOPIC COUNT SIZE");
  }
}

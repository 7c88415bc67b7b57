#include "fake_producer.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace millrace::pipeline {

class FakeProducer final : public kafka::Producer {
 public:
  FakeProducer(TargetKafka& kafka, kafka::DeliveryListener& listener)
      : kafka_(kafka), listener_(listener) {}
  ~FakeProducer() override {
    if (!closed_) close(std::chrono::milliseconds(0));
  }

  Result<kafka::SendStatus> send(const kafka::OutgoingRecord& record) override {
    EXPECT_FALSE(closed_) << "send after close";
    if (kafka_.on_send) {
      Result<kafka::SendStatus> answer = kafka_.on_send(record);
      if (!answer || *answer != kafka::SendStatus::accepted) return answer;
    }
    ++outstanding_;
    if (kafka_.remembers) kafka_.sent.push_back(copy_of(record));
    const MutexLock lock(kafka_.mutex_);
    if (kafka_.acknowledges) {
      kafka_.reports_.push_back(
          {record.tag, kafka_.remembers ? std::string(record.topic) : "", std::nullopt, {}});
    } else {
      kafka_.waiting_.push_back({record.tag, copy_of(record)});
    }
    return kafka::SendStatus::accepted;
  }

  void serve(std::chrono::milliseconds timeout) override {
    EXPECT_FALSE(closed_) << "serve after close";
    if (kafka_.on_serve) kafka_.on_serve();
    if (report() || timeout.count() <= 0) return;
    {
      const Clock::Time deadline = deadline_after(kafka_.clock_.now(), timeout);
      const MutexLock lock(kafka_.mutex_);
      if (kafka_.reports_.empty()) {
        kafka_.clock_.wait_until(kafka_.mutex_, kafka_.changed_, deadline);
      }
    }
    report();
  }

  [[nodiscard]] std::size_t outstanding() const override { return outstanding_; }

  bool flush(std::chrono::milliseconds timeout) override {
    const Clock::Time deadline = deadline_after(kafka_.clock_.now(), timeout);
    while (outstanding_ > 0 && kafka_.clock_.now() < deadline) serve(std::chrono::milliseconds(10));
    return outstanding_ == 0;
  }

  [[nodiscard]] std::chrono::milliseconds max_block() const override { return kafka_.max_block; }
  [[nodiscard]] std::optional<Error> fatal_error() const override { return kafka_.fatal; }

  void close(std::chrono::milliseconds timeout) override {
    if (!flush(timeout)) {
      kafka_.give_up();
      report();
    }
    closed_ = true;
    kafka_.journal_.note("producer close");
  }

  void abandon() override {
    EXPECT_FALSE(closed_) << "abandon after close";
    kafka_.abandoned = true;
    kafka_.give_up();
  }

 private:
  /// False: there was nothing to report.
  bool report() {
    std::vector<TargetKafka::Report> now =
        std::move(spare_);  // a report may lead to the next serve
    {
      const MutexLock lock(kafka_.mutex_);
      now.swap(kafka_.reports_);
    }
    const bool any = !now.empty();
    for (const TargetKafka::Report& report : now) {
      --outstanding_;
      if (report.error) {
        tell_failure(report);
        continue;
      }
      const RecordMetadata metadata{
          .topic = report.topic.empty() ? std::string_view("orders") : report.topic,
          .partition = 0,
          .offset = next_offset_++};
      listener_.delivered(report.tag, metadata, nullptr);
    }
    now.clear();
    spare_ = std::move(now);
    return any;
  }

  void tell_failure(const TargetKafka::Report& report) {
    const auto view = [](const std::optional<std::string>& bytes) {
      return bytes ? NullableBytes(*bytes) : std::nullopt;
    };
    std::vector<kafka::MessageHeader> headers;
    for (const auto& [name, content] : report.record.headers) {
      headers.push_back({name, view(content)});
    }
    listener_.not_delivered(report.tag,
                            {.topic = report.topic,
                             .partition = report.record.partition,
                             .key = view(report.record.key),
                             .value = view(report.record.value),
                             .headers = headers},
                            *report.error);
  }

  static TargetKafka::Sent copy_of(const kafka::OutgoingRecord& record) {
    const auto owned = [](NullableBytes bytes) {
      return bytes ? std::optional<std::string>(*bytes) : std::nullopt;
    };
    TargetKafka::Sent one{std::string(record.topic), record.partition, owned(record.key),
                          owned(record.value),       record.timestamp, {}};
    for (const kafka::MessageHeader& header : record.headers) {
      one.headers.emplace_back(header.name, owned(header.value));
    }
    return one;
  }

  TargetKafka& kafka_;
  kafka::DeliveryListener& listener_;
  std::size_t outstanding_ = 0;
  std::int64_t next_offset_ = 0;
  std::vector<TargetKafka::Report> spare_;  // storage, used again
  std::atomic<bool> closed_ = false;
};

TargetKafka::TargetKafka(Clock& clock, Journal& journal) : clock_(clock), journal_(journal) {}
TargetKafka::~TargetKafka() = default;

void TargetKafka::acknowledge(const std::string& value) { answer(value, std::nullopt); }

void TargetKafka::refuse(const std::string& value, Error error) { answer(value, std::move(error)); }

bool TargetKafka::has_waiting() {
  const MutexLock lock(mutex_);
  return !waiting_.empty();
}

std::vector<std::string> TargetKafka::values() const {
  std::vector<std::string> values;
  for (const Sent& one : sent) values.push_back(one.value.value_or("null"));
  return values;
}

std::unique_ptr<kafka::Producer> TargetKafka::make_producer(kafka::DeliveryListener& listener) {
  return std::make_unique<FakeProducer>(*this, listener);
}

void TargetKafka::answer(const std::string& value, std::optional<Error> error) {
  const MutexLock lock(mutex_);
  const auto it = std::find_if(waiting_.begin(), waiting_.end(), [&value](const Waiting& one) {
    return one.record.value.value_or("null") == value;
  });
  ASSERT_NE(it, waiting_.end()) << value << " was not sent, or is answered";
  reports_.push_back({it->tag, it->record.topic, std::move(error), it->record});
  waiting_.erase(it);
  changed_.notify_all();
}

void TargetKafka::give_up() {
  const MutexLock lock(mutex_);
  for (const Waiting& one : std::exchange(waiting_, {})) {
    reports_.push_back(
        {one.tag, one.record.topic, Error{ErrorCode::fatal, "given up"}, one.record});
  }
  changed_.notify_all();
}

}  // namespace millrace::pipeline

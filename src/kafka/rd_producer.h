#pragma once

#include "kafka/memory_budget.h"
#include "kafka/producer.h"
#include "kafka/rd_client.h"
#include "kafka/settings.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct rd_kafka_topic_s;
struct rd_kafka_message_s;

namespace millrace::kafka {

class Embedded;

/// Producer over librdkafka. A topic's metadata is there before its first record, for librdkafka
/// fails records of topics that it does not find; what fails later comes with a report.
class RdProducer final : public Producer {
 public:
  static Result<std::unique_ptr<Producer>> make(NativeSettings settings, MemoryBudget::Share share,
                                                std::shared_ptr<Embedded> embedded,
                                                DeliveryListener& listener);
  ~RdProducer() override;

  Result<SendStatus> send(const OutgoingRecord& record) override;
  void serve(std::chrono::milliseconds timeout) override;
  [[nodiscard]] std::size_t outstanding() const override { return outstanding_; }
  bool flush(std::chrono::milliseconds timeout) override;
  [[nodiscard]] std::chrono::milliseconds max_block() const override { return settings_.max_block; }
  [[nodiscard]] std::optional<Error> fatal_error() const override { return fatal_; }
  void close(std::chrono::milliseconds timeout) override;
  void abandon() override;

 private:
  struct TopicDeleter {
    void operator()(rd_kafka_topic_s* topic) const;
  };
  struct Topic {
    std::unique_ptr<rd_kafka_topic_s, TopicDeleter> native;
    std::string name;
    std::int32_t partitions = 0;  ///< 0: not known yet
    std::uint32_t next = 0;       ///< round robin
    std::chrono::steady_clock::time_point next_check{};
    std::chrono::milliseconds check_time{0};
  };

  RdProducer(NativeSettings settings, MemoryBudget::Share share, std::shared_ptr<Embedded> embedded,
             DeliveryListener& listener);
  static void on_report(rd_kafka_s* client, const rd_kafka_message_s* message, void* self);
  static void on_error(rd_kafka_s* client, int code, const char* reason, void* self);

  Result<Topic*> topic(std::string_view name);
  /// Asks for the topic's partitions, not too often. False: not there yet.
  Result<bool> look_up(Topic& topic);
  Result<SendStatus> refused(int code, Topic& topic, const OutgoingRecord& record);
  int produce(Topic& topic, std::int32_t partition, const OutgoingRecord& record);
  int produce_with_extras(Topic& topic, std::int32_t partition, const OutgoingRecord& record);
  void report(const rd_kafka_message_s& message);
  void report_failure(const rd_kafka_message_s& message);
  void purge();

  NativeSettings settings_;  // constant once the client is made
  const MemoryBudget::Share share_;
  const std::shared_ptr<Embedded> embedded_;
  DeliveryListener& listener_;
  std::size_t most_buffered_ = 0;  ///< bytes; a larger record can never be sent
  std::size_t outstanding_ = 0;
  std::optional<Error> fatal_;
  Topic* last_ = nullptr;
  const rd_kafka_topic_s* reported_ = nullptr;  ///< of the report before, with its name
  std::string_view reported_name_;
  Handle client_;
  std::map<std::string, Topic, std::less<>> topics_;  // destroyed before the client
};

}  // namespace millrace::kafka

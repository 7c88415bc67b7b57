#include "kafka/client_factory.h"

#include "base/mutex.h"
#include "kafka/embedded.h"
#include "kafka/memory_budget.h"
#include "kafka/rd_admin.h"
#include "kafka/rd_consumer.h"
#include "kafka/rd_producer.h"
#include "kafka/rd_topic_reader.h"
#include "kafka/settings.h"

#include <utility>
#include <vector>

namespace millrace::kafka {

namespace {

class RdClientFactory final : public ClientFactory {
 public:
  explicit RdClientFactory(FactoryOptions options)
      : budget_(std::make_shared<MemoryBudget>(options.memory_bytes)) {}

  Result<std::unique_ptr<Consumer>> consumer(const ConfigMap& settings) override {
    Result<NativeSettings> native = translate(ClientKind::consumer, settings);
    if (!native) return native.error();
    Result<std::shared_ptr<Embedded>> cluster = connect(*native);
    if (!cluster) return cluster.error();
    return RdConsumer::make(std::move(*native), MemoryBudget::take(budget_), std::move(*cluster));
  }

  Result<std::unique_ptr<Producer>> producer(const ConfigMap& settings,
                                             DeliveryListener& listener) override {
    Result<NativeSettings> native = translate(ClientKind::producer, settings);
    if (!native) return native.error();
    Result<std::shared_ptr<Embedded>> cluster = connect(*native);
    if (!cluster) return cluster.error();
    return RdProducer::make(std::move(*native), MemoryBudget::take(budget_), std::move(*cluster),
                            listener);
  }

  Result<std::unique_ptr<Admin>> admin(const ConfigMap& settings) override {
    Result<NativeSettings> native = translate(ClientKind::admin, settings);
    if (!native) return native.error();
    Result<std::shared_ptr<Embedded>> cluster = connect(*native);
    if (!cluster) return cluster.error();
    return RdAdmin::make(std::move(*native), std::move(*cluster), [this, settings] {
      return connected(translate(ClientKind::admin, settings));
    });
  }

  Result<std::unique_ptr<TopicReader>> topic_reader(const ConfigMap& settings,
                                                    const std::string& topic) override {
    Result<NativeSettings> native = RdTopicReader::translate(settings);
    if (!native) return native.error();
    Result<std::shared_ptr<Embedded>> cluster = connect(*native);
    if (!cluster) return cluster.error();
    return RdTopicReader::make(std::move(*native), topic,
                               MemoryBudget::take(budget_, RdTopicReader::most_memory),
                               std::move(*cluster), [this, settings] { return ends(settings); });
  }

 private:
  /// Null: a real cluster.
  Result<std::shared_ptr<Embedded>> connect(NativeSettings& native) {
    if (!native.embedded) return std::shared_ptr<Embedded>();
    const MutexLock lock(mutex_);
    if (!embedded_) {
      Result<std::shared_ptr<Embedded>> started = Embedded::start();
      if (!started) return started.error();
      embedded_ = *started;
    }
    native.set("bootstrap.servers", embedded_->bootstrap());
    return embedded_;
  }

  /// For another client with the settings of a first one, which keeps the embedded cluster alive.
  Result<NativeSettings> connected(Result<NativeSettings> native) {
    if (!native) return native;
    if (const auto cluster = connect(*native); !cluster) return cluster.error();
    return native;
  }

  /// One client tells the ends of all topics that are read with the same settings.
  Result<Handle> ends(const ConfigMap& settings) {
    ConfigMap key = settings;
    key.erase("client.id");
    key.erase("isolation.level");
    {
      const MutexLock lock(mutex_);
      std::erase_if(ends_, [](const auto& known) { return known.second.expired(); });
      for (const auto& [known, client] : ends_) {
        if (Handle handle = known == key ? client.lock() : nullptr) return handle;
      }
    }
    Result<NativeSettings> native = connected(RdTopicReader::translate(settings));
    if (!native) return native.error();
    Result<Handle> made = RdTopicReader::make_ends_client(*std::move(native));
    if (!made) return made;
    const MutexLock lock(mutex_);
    ends_.emplace_back(std::move(key), *made);
    return made;
  }

  const std::shared_ptr<MemoryBudget> budget_;
  Mutex mutex_;
  std::shared_ptr<Embedded> embedded_ GUARDED_BY(mutex_);
  std::vector<std::pair<ConfigMap, std::weak_ptr<rd_kafka_s>>> ends_ GUARDED_BY(mutex_);
};

}  // namespace

std::unique_ptr<ClientFactory> make_client_factory(FactoryOptions options) {
  return std::make_unique<RdClientFactory>(options);
}

}  // namespace millrace::kafka

#include "storage/connector_offset_store.h"

#include "base/log.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace millrace::storage {

namespace {

const log::Logger& logger() {
  static const log::Logger& instance =
      log::logger("org.apache.kafka.connect.storage.ConnectorOffsetBackingStore");
  return instance;
}

bool is_tombstone(const OffsetStore::Entry& entry) { return !entry.second; }

}  // namespace

/// One number for each write whose tombstones are on their way to the worker's store.
struct ConnectorOffsetStore::Waiting {
  struct Write {
    std::vector<Entry> entries;
    Callback done;
  };
  Mutex mutex;
  bool closed GUARDED_BY(mutex) = false;
  std::uint64_t last GUARDED_BY(mutex) = 0;
  std::map<std::uint64_t, Write> writes GUARDED_BY(mutex);
  std::size_t entered GUARDED_BY(mutex) = 0;  ///< callbacks that use the store right now
  CondVar left;
};

ConnectorOffsetStore::ConnectorOffsetStore(OffsetStore& worker, std::unique_ptr<OffsetStore> own)
    : worker_(worker), waiting_(std::make_shared<Waiting>()), own_(std::move(own)) {}

ConnectorOffsetStore::~ConnectorOffsetStore() {
  std::map<std::uint64_t, Waiting::Write> writes;
  {
    const MutexLock lock(waiting_->mutex);
    waiting_->closed = true;
    writes.swap(waiting_->writes);
    while (waiting_->entered > 0) waiting_->left.wait(waiting_->mutex);
  }
  for (const auto& [number, write] : writes) {
    write.done(Error{ErrorCode::fatal, "the connector's offset store was closed"});
  }
}

Result<void> ConnectorOffsetStore::load() { return own_->load(); }

Result<std::vector<NullableString>> ConnectorOffsetStore::get(std::span<const std::string> keys) {
  Result<std::vector<NullableString>> values = worker_.get(keys);
  if (!values) return values;
  Result<std::vector<NullableString>> own = own_->get(keys);
  if (!own) return own;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if ((*own)[i]) (*values)[i] = std::move((*own)[i]);
  }
  return values;
}

Result<ByteMap> ConnectorOffsetStore::entries() {
  Result<ByteMap> entries = worker_.entries();
  if (!entries) return entries;
  const Result<ByteMap> own = own_->entries();
  if (!own) return own;
  OffsetTable table(*std::move(entries));
  for (const auto& [key, value] : *own) {
    if (key && value) table.set(*key, value);
  }
  return table.entries();
}

void ConnectorOffsetStore::set(std::span<const Entry> entries, Callback done) {
  std::vector<Entry> all(entries.begin(), entries.end());
  std::vector<Entry> tombstones;
  std::ranges::copy_if(all, std::back_inserter(tombstones), is_tombstone);
  if (tombstones.empty()) return set_own(std::move(all), std::move(done));
  std::uint64_t number = 0;
  {
    const MutexLock lock(waiting_->mutex);
    number = ++waiting_->last;
    waiting_->writes.emplace(number, Waiting::Write{std::move(all), std::move(done)});
  }
  worker_.set(tombstones, [this, waiting = waiting_, number](const Result<void>& result) {
    Waiting::Write write;
    {
      const MutexLock lock(waiting->mutex);
      auto found = waiting->writes.extract(number);
      if (found.empty() || waiting->closed) return;  // answered by the destructor
      write = std::move(found.mapped());
      ++waiting->entered;
    }
    if (result) {
      set_own(std::move(write.entries), std::move(write.done));
    } else {
      write.done(result);
    }
    const MutexLock lock(waiting->mutex);
    --waiting->entered;
    waiting->left.notify_all();
  });
}

void ConnectorOffsetStore::set_own(std::vector<Entry> entries, Callback done) {
  own_->set(entries,
            [entries, &worker = worker_, done = std::move(done)](const Result<void>& result) {
              if (result) {
                std::vector<Entry> offsets;
                std::ranges::copy_if(entries, std::back_inserter(offsets),
                                     [](const Entry& entry) { return !is_tombstone(entry); });
                worker.set(offsets, [](const Result<void>& copied) {
                  if (copied) return;
                  logger().warn(
                      "Offsets of a connector with a topic of its own did not reach the worker's "
                      "topic; its own has them: {}",
                      copied.error().message());
                });
              }
              done(result);
            });
}

}  // namespace millrace::storage

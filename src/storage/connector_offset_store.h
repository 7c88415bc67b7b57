#pragma once

#include "base/mutex.h"
#include "storage/offset_store.h"

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace millrace::storage {

/// The offsets of a connector that has a topic of its own, laid over those of the worker's store:
/// so offsets from before it had one are found, and a connector that loses it again goes on. What
/// is written goes to the connector's store, and then, without waiting, to the worker's. Tombstones
/// go to the worker's first, and only if that succeeds to the connector's: otherwise an old offset
/// would show through. Errors:  of set: the connector's store's; the worker's too where there are
/// tombstones. Source:  org.apache.kafka.connect.storage.ConnectorOffsetBackingStore; rule S18.
class ConnectorOffsetStore final : public OffsetStore {
 public:
  /// worker: loaded already; outlives this.
  ConnectorOffsetStore(OffsetStore& worker, std::unique_ptr<OffsetStore> own);
  /// What still waits is answered with an error.
  ~ConnectorOffsetStore() override;

  Result<void> load() override;
  Result<std::vector<NullableString>> get(std::span<const std::string> keys) override;
  void set(std::span<const Entry> entries, Callback done) override;
  Result<ByteMap> entries() override;

 private:
  /// What the worker's store may call back into when this store is gone.
  struct Waiting;

  void set_own(std::vector<Entry> entries, Callback done);

  OffsetStore& worker_;
  const std::shared_ptr<Waiting> waiting_;
  std::unique_ptr<OffsetStore> own_;
};

}  // namespace millrace::storage

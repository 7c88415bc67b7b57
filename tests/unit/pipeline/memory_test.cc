// The data path allocates nothing for each record in the long run.
#include "sink_world.h"
#include "source_world.h"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace {
std::atomic<std::size_t> allocations = 0;

void* try_counted(std::size_t size, std::size_t alignment = alignof(std::max_align_t)) noexcept {
  allocations.fetch_add(1, std::memory_order_relaxed);
  const std::size_t rounded = (size + alignment - 1) / alignment * alignment;
  void* memory = alignment <= alignof(std::max_align_t)
                     ? std::malloc(size == 0 ? 1 : size)
                     : std::aligned_alloc(alignment, rounded == 0 ? alignment : rounded);
  return memory;
}

void* counted(std::size_t size, std::size_t alignment = alignof(std::max_align_t)) {
  void* memory = try_counted(size, alignment);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
}  // namespace

void* operator new(std::size_t size) { return counted(size); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return counted(size, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return try_counted(size); }
void* operator new(std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return try_counted(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

namespace millrace::pipeline {
namespace {

constexpr std::size_t batches = 100;
constexpr std::size_t records_of_a_batch = 1000;
/// A batch may cost something, a record nothing.
constexpr std::size_t allowed = batches * 40;

class SourceMemory : public SourcePipelineTest {};

TEST_F(SourceMemory, NothingIsAllocatedForARecord) {
  kafka.remembers = false;
  task.remembers = false;
  task.on_idle = [](SourceBatch& batch, SourceTaskContext&) -> Result<void> {
    for (std::size_t i = 0; i < records_of_a_batch; ++i) {
      const std::string_view file = batch.keep("a-file-with-a-long-name.txt");
      SourceRecord& record = batch.add();
      record.topic = Text::borrow("a-topic-with-a-long-name");
      record.value_schema = schemas::string();
      record.value = batch.keep_text("a line that does not fit into a small string");
      record.source_partition = batch.entries({{"filename", Text::borrow(file)}});
      record.source_offset = batch.entries({{"position", static_cast<std::int64_t>(i)}});
    }
    return {};
  };
  ASSERT_THAT(start(), Succeeds());
  for (int i = 0; i < 10; ++i) ASSERT_THAT(pipeline->iterate(), Succeeds());
  const std::size_t before = allocations;
  for (std::size_t i = 0; i < batches; ++i) ASSERT_THAT(pipeline->iterate(), Succeeds());
  EXPECT_LT(allocations - before, allowed);
  EXPECT_EQ(counters.source_record_write.value(), (batches + 10) * records_of_a_batch);
  commit();
  EXPECT_NE(store.writes(), 0);
}

class SinkMemory : public SinkPipelineTest {};

TEST_F(SinkMemory, NothingIsAllocatedForARecord) {
  kafka.remembers = false;
  kafka.endless = true;
  kafka.max_poll_records = records_of_a_batch;
  kafka.produce("a-topic-with-a-long-name-0", {"a line that does not fit into a small string"});
  sink.remembers = false;
  ASSERT_THAT(run_with({"a-topic-with-a-long-name-0"}), Succeeds());
  ASSERT_THAT(run(10), Succeeds());
  const std::size_t before = allocations;
  ASSERT_THAT(run(batches), Succeeds());
  EXPECT_LT(allocations - before, allowed);
  EXPECT_EQ(counters.sink_record_send.value(), (batches + 11) * records_of_a_batch);
}

}  // namespace
}  // namespace millrace::pipeline

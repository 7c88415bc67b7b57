#include "millrace/source_batch.h"
#include "millrace/struct.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace {
std::atomic<std::size_t> allocations{0};

void* counted(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
}  // namespace

// Counted for the whole program; only the difference across a few lines is looked at.
void* operator new(std::size_t size) { return counted(size); }
void* operator new[](std::size_t size) { return counted(size); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  ++allocations;
  const auto step = static_cast<std::size_t>(alignment);
  if (void* memory = std::aligned_alloc(step, (size + step - 1) / step * step)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

namespace millrace {
namespace {

void fill(SourceBatch& batch, int records) {
  const std::string line(100, 'x');
  for (int i = 0; i < records; ++i) {
    SourceRecord& record = batch.add();
    record.topic = Text::borrow("topic");
    record.value_schema = schemas::string();
    record.value = batch.keep_text(line);
    record.source_partition = batch.entries({{"filename", Text::borrow("a.txt")}});
    record.source_offset = batch.entries({{"position", std::int64_t{i}}});
  }
}

std::size_t allocations_of_a_round(SourceBatch& batch, int records) {
  std::size_t before = 0;
  {
    const std::string warm(100, 'x');  // fill's own line is one allocation
    before = allocations;
  }
  fill(batch, records);
  batch.clear();
  return allocations - before - 1;
}

TEST(SourceBatchTest, UsesItsMemoryAgain) {
  SourceBatch batch;
  fill(batch, 2000);
  batch.clear();
  EXPECT_EQ(allocations_of_a_round(batch, 2000), 0U);
  EXPECT_EQ(allocations_of_a_round(batch, 500), 0U);
  EXPECT_EQ(allocations_of_a_round(batch, 2000), 0U);
}

TEST(SourceBatchTest, KeepsWhatRecordsPointAt) {
  SourceBatch batch;
  std::string line = "first";
  SourceRecord& record = batch.add();
  record.value = batch.keep_text(line);
  record.source_offset = batch.entries({{"position", std::int64_t{7}}});
  line = "other";
  fill(batch, 5000);
  EXPECT_EQ(batch.size(), 5001U);
  EXPECT_EQ(batch.records()[0].value.view(), "first");
  EXPECT_EQ(batch.records()[0].source_offset.entries()[0].value, Value(std::int64_t{7}));
  EXPECT_EQ(batch.records()[5000].source_offset.entries()[0].value, Value(std::int64_t{4999}));
}

TEST(SourceBatchTest, TakesTextsOfAnySize) {
  SourceBatch batch;
  const std::string large(3'000'000, 'l');
  const std::string_view kept = batch.keep(large);
  const std::string_view small = batch.keep("s");
  EXPECT_EQ(kept, large);
  EXPECT_EQ(small, "s");
  EXPECT_TRUE(batch.keep("").empty());
}

TEST(SourceBatchTest, ReleasesWhatEntriesOwn) {
  SourceBatch batch;
  const auto shared =
      std::make_shared<const Struct>(*Struct::create(SchemaBuilder::structure().build_checked()));
  batch.add().source_offset = batch.entries({{"owned", Value(shared)}, {"n", true}});
  EXPECT_EQ(shared.use_count(), 2);
  batch.clear();
  EXPECT_EQ(shared.use_count(), 1);
  EXPECT_TRUE(batch.empty());
}

}  // namespace
}  // namespace millrace

// Batches and offsets on their way.
#include "pipeline/submitted_offsets.h"

#include "source_world.h"

namespace millrace::pipeline {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class SubmittedOffsetsTest : public ::testing::Test {
 protected:
  /// A batch with these rows, and its records submitted in order.
  TrackedBatch* submit(const std::vector<Row>& rows) {
    TrackedBatch* batch = pool.take();
    for (const Row& row : rows) add_row(batch->batch, row);
    for (const SourceRecord& record : std::as_const(batch->batch).records()) {
      entries.push_back(&offsets.submit(*batch, record));
    }
    pool.release(*batch);
    return batch;
  }
  /// "p1=3", by partition.
  std::vector<std::string> collect() {
    offsets.collect(collected);
    std::vector<std::string> texts;
    for (const auto& [partition, offset] : collected) {
      const std::string file = partition ? std::string(partition->at("file").view()) : "null";
      texts.push_back(file + "=" +
                      (offset ? std::to_string(*offset->at("position").get_if<std::int64_t>())
                              : std::string("null")));
    }
    return texts;
  }

  BatchPool pool;
  SubmittedOffsets offsets{pool};
  std::vector<SubmittedOffsets::Entry*> entries;
  CommittableOffsets collected;
};

TEST_F(SubmittedOffsetsTest, TheNewestWithoutAGapIsCommittable) {  // T18
  submit({{"p1", 1, "a"}, {"p1", 2, "b"}, {"p1", 3, "c"}});
  offsets.acknowledge(*entries[0]);
  offsets.acknowledge(*entries[2]);
  EXPECT_THAT(collect(), ElementsAre("p1=1"));
  offsets.acknowledge(*entries[1]);
  offsets.acknowledge(*entries[1]);  // does no harm
  EXPECT_THAT(collect(), ElementsAre("p1=3"));
  EXPECT_TRUE(offsets.empty());
}

TEST_F(SubmittedOffsetsTest, PartitionsAreIndependentAndNullIsOne) {
  submit({{"a", 1, "x"}, {"", 5, "y"}, {"b", 2, "z"}, {"a", {}, "w"}});
  offsets.acknowledge(*entries[1]);
  offsets.acknowledge(*entries[2]);
  EXPECT_THAT(collect(), testing::UnorderedElementsAre("null=5", "b=2"));
  offsets.acknowledge(*entries[0]);
  offsets.acknowledge(*entries[3]);
  EXPECT_THAT(collect(), testing::UnorderedElementsAre("null=5", "b=2", "a=null"));
}

TEST_F(SubmittedOffsetsTest, ARecordTakenBackWasNeverThere) {
  TrackedBatch* batch = pool.take();
  add_row(batch->batch, {"a", 1, "x"});
  const SourceRecord& record = std::as_const(batch->batch).records()[0];
  offsets.withdraw(offsets.submit(*batch, record));
  EXPECT_THAT(collect(), IsEmpty());
  EXPECT_TRUE(offsets.empty());
  offsets.acknowledge(offsets.submit(*batch, record));
  pool.release(*batch);
  EXPECT_THAT(collect(), ElementsAre("a=1"));
}

TEST_F(SubmittedOffsetsTest, APartitionThatWasDoneWithBeginsAnew) {
  for (const std::string file : {"a", ""}) {
    for (const std::int64_t position : {1, 2, 3}) {
      submit({{file, position, "x"}});
      offsets.acknowledge(*entries.back());
      collected.clear();
      EXPECT_THAT(collect(),
                  ElementsAre((file.empty() ? "null" : file) + "=" + std::to_string(position)));
      EXPECT_TRUE(offsets.empty());
    }
  }
}

TEST_F(SubmittedOffsetsTest, ABatchIsUsedAgainOnceItsLastRecordIsCollected) {
  TrackedBatch* first = submit({{"a", 1, "x"}, {"b", 1, "y"}});
  offsets.acknowledge(*entries[0]);
  collect();
  EXPECT_EQ(first->batch.size(), 2U) << "y still lies in it";
  TrackedBatch* second = pool.take();
  EXPECT_NE(second, first);
  offsets.acknowledge(*entries[1]);
  collect();
  EXPECT_EQ(pool.take(), first);
  EXPECT_TRUE(first->batch.empty());
  pool.release(*second);
}

TEST_F(SubmittedOffsetsTest, PartitionsAreToldApartByEveryKindOfValue) {
  const std::vector<Value> values = {Value(),
                                     Value(std::int64_t{1}),
                                     Value(std::int32_t{1}),
                                     Value(1.5),
                                     Value(true),
                                     Value(false),
                                     Value("1"),
                                     Value(Bytes("1")),
                                     Value(std::int64_t{2})};
  TrackedBatch* batch = pool.take();
  for (const Value& value : values) {
    const OffsetView partition = batch->batch.entries({{"file", value}});
    const OffsetView offset = batch->batch.entries({{"position", std::int64_t{1}}});
    SourceRecord& record = batch->batch.add();
    record.source_partition = partition;
    record.source_offset = offset;
  }
  for (const SourceRecord& record : std::as_const(batch->batch).records()) {
    offsets.acknowledge(offsets.submit(*batch, record));
  }
  pool.release(*batch);
  offsets.collect(collected);
  EXPECT_EQ(collected.size(), values.size());
}

}  // namespace
}  // namespace millrace::pipeline

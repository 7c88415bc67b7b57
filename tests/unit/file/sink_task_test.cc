#include "file_test.h"

#include "millrace/struct.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <csignal>

namespace millrace::file {
namespace {

using testing::HasSubstr;

SinkRecord record(Value value) {
  SinkRecord made;
  made.value = std::move(value);
  return made;
}

class FileSinkTest : public testing::Test {
 protected:
  Result<void> start(const ConfigMap& config) {
    task_ = plugins_.sink.make_task();
    const Result<Config> parsed = plugins_.sink.config.parse(config);
    if (!parsed) return parsed.error();
    return task_->start(*parsed);
  }
  Result<void> start() { return start({{"file", path_}}); }
  Result<void> put(std::vector<Value> values) {
    std::vector<SinkRecord> records;
    for (Value& value : values) records.push_back(record(std::move(value)));
    return task_->put(records);
  }

  TempFolder folder_;
  std::string path_ = folder_ / "out.txt";
  Plugins plugins_;
  std::unique_ptr<SinkTask> task_;
};

TEST_F(FileSinkTest, WritesTheTextOfEachValue) {  // T62
  const SchemaPtr schema = SchemaBuilder::structure()
                               .field("a", schemas::of(Type::int32))
                               .field("none", schemas::optional_string())
                               .field("b", schemas::string())
                               .build_checked();
  Struct both = Struct::create(schema).value();
  ASSERT_TRUE(both.put("a", std::int32_t{1}));
  ASSERT_TRUE(both.put("b", "x"));
  ASSERT_TRUE(start());
  ASSERT_TRUE(
      put({Value(), Value(std::int32_t{5}), Value(both), Value("text"), Value(""), Value(true),
           Value(Value::Array{"a", "b"}), Value(Value::Map{{"k", "v"}, {"k2", nullptr}})}));
  ASSERT_TRUE(task_->flush({}));
  EXPECT_EQ(content(path_), "null\n5\nStruct{a=1,b=x}\ntext\n\ntrue\n[a, b]\n{k=v, k2=null}\n");
}

TEST_F(FileSinkTest, HasWrittenWhenPutReturns) {
  ASSERT_TRUE(start());
  ASSERT_TRUE(put({"one"}));
  EXPECT_EQ(content(path_), "one\n");
  ASSERT_TRUE(put({}));
  EXPECT_EQ(content(path_), "one\n");
}

TEST_F(FileSinkTest, AddsToWhatIsThere) {
  append(path_, "before\n");
  ASSERT_TRUE(start());
  ASSERT_TRUE(put({"after"}));
  EXPECT_EQ(content(path_), "before\nafter\n");
}

TEST_F(FileSinkTest, ClosesHalfALineThatAKilledProcessLeft) {
  append(path_, "whole\nhal");
  ASSERT_TRUE(start());
  EXPECT_EQ(content(path_), "whole\nhal");
  ASSERT_TRUE(put({"half", "next"}));
  EXPECT_EQ(content(path_), "whole\nhal\nhalf\nnext\n");
}

TEST_F(FileSinkTest, WritesMoreThanItsBlockInOnePut) {
  std::vector<Value> values;
  std::string expected;
  for (int i = 0; i < 1000; ++i) {
    const std::string line = std::to_string(i) + std::string(static_cast<std::size_t>(i), 'x');
    values.emplace_back(line);
    expected += line + "\n";
  }
  const std::string large(3 << 20, 'y');
  values.emplace_back(large);
  values.emplace_back("end");
  expected += large + "\nend\n";
  ASSERT_TRUE(start());
  ASSERT_TRUE(put(std::move(values)));
  EXPECT_EQ(content(path_), expected);
}

TEST_F(FileSinkTest, LinesOfSeveralTasksStayWhole) {
  ASSERT_TRUE(start());
  const std::unique_ptr<SinkTask> first = std::move(task_);
  ASSERT_TRUE(start());
  const SinkRecord other[] = {record("other")};
  ASSERT_TRUE(put({"one"}));
  ASSERT_TRUE(first->put(other));
  ASSERT_TRUE(put({"two"}));
  EXPECT_EQ(content(path_), "one\nother\ntwo\n");
}

TEST_F(FileSinkTest, SaysWhichFileCouldNotBeMadeAndWhy) {
  const std::string missing = folder_ / "no/such/folder.txt";
  Result<void> started = start({{"file", missing}});
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().message(),
            "Couldn't find or create file '" + missing + "' for FileStreamSinkTask");
  EXPECT_THAT(started.error().trace(), HasSubstr("No such file or directory"));
  started = start({{"file", folder_ / "."}});
  ASSERT_FALSE(started);
  EXPECT_THAT(started.error().trace(), HasSubstr("Is a directory"));
}

TEST_F(FileSinkTest, FailsWhenTheDiskIsFull) {
  ASSERT_TRUE(start({{"file", "/dev/full"}}));
  const Result<void> written = put({"lost"});
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code(), ErrorCode::fatal);
  EXPECT_EQ(written.error().message(), "cannot write to file '/dev/full': No space left on device");
}

/// The largest size of a file that this process may write, while it lives.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    handler_ = ::signal(SIGXFSZ, SIG_IGN);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  sighandler_t handler_;
};

TEST_F(FileSinkTest, AfterAWriteThatWasCutOffTheNextLineIsWhole) {
  ASSERT_TRUE(start());
  ASSERT_TRUE(put({"first"}));
  {
    const FileSizeLimit limit(10);
    const Result<void> written = put({"second", "third"});
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().message(), "cannot write to file '" + path_ + "': File too large");
  }
  EXPECT_EQ(content(path_), "first\nseco");
  ASSERT_TRUE(put({"second", "third"}));  // offered again
  EXPECT_EQ(content(path_), "first\nseco\nsecond\nthird\n");
}

TEST_F(FileSinkTest, WritesToTheStandardOutputWithoutAFile) {
  for (const ConfigMap& config : {ConfigMap(), ConfigMap{{"file", ""}}}) {
    testing::internal::CaptureStdout();
    ASSERT_TRUE(start(config));
    const Result<void> written = put({"shown"});
    const Result<void> flushed = task_->flush({});
    const Result<void> stopped = task_->stop();
    EXPECT_EQ(testing::internal::GetCapturedStdout(), "shown\n");
    EXPECT_TRUE(written && flushed && stopped);
    EXPECT_GE(::fcntl(STDOUT_FILENO, F_GETFD), 0) << "the standard output was closed";
  }
}

TEST_F(FileSinkTest, StopsEvenWhenItNeverStarted) {
  task_ = plugins_.sink.make_task();
  EXPECT_TRUE(task_->stop());
}

}  // namespace
}  // namespace millrace::file

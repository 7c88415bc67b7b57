// What a source does when its file is not there, not a file, or changes under it.

#include "file_test.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

namespace millrace::file {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

class FileSourceInputTest : public FileSourceTest {
 protected:
  std::vector<std::string> warnings() const {
    std::vector<std::string> found;
    for (const std::string& line : log_.lines()) {
      if (line.starts_with("WARN ")) found.push_back(line);
    }
    return found;
  }
};

TEST_F(FileSourceInputTest, WaitsForAMissingFileAndSaysSoOnce) {
  start();
  for (int i = 0; i < 3; ++i) EXPECT_THAT(poll(), IsEmpty());
  EXPECT_THAT(context_.waits, ElementsAre(1s, 1s, 1s));
  EXPECT_THAT(warnings(), ElementsAre(AllOf(HasSubstr(path_), HasSubstr("does not exist"))));
  append(path_, "here\n");
  EXPECT_THAT(poll(), ElementsAre("here"));
  EXPECT_TRUE(log_.contains("reads file '" + path_ + "' from byte 0"));
}

TEST_F(FileSourceInputTest, WaitsWhileADirectoryIsInThePlace) {
  std::filesystem::create_directory(path_);
  start();
  for (int i = 0; i < 3; ++i) EXPECT_THAT(poll(), IsEmpty());
  EXPECT_THAT(context_.waits, ElementsAre(1s, 1s, 1s));
  EXPECT_THAT(warnings(), ElementsAre(AllOf(HasSubstr(path_), HasSubstr("is a directory"))));
  std::filesystem::remove(path_);
  append(path_, "a file now\n");
  EXPECT_THAT(poll(), ElementsAre("a file now"));
}

TEST_F(FileSourceInputTest, FailsWithTheReasonWhenItCannotOpen) {
  append(folder_ / "plain", "");
  start({{"file", folder_ / "plain/below"}});
  EXPECT_EQ(poll_error(),
            "cannot open file '" + (folder_ / "plain/below") + "' for reading: Not a directory");
}

TEST_F(FileSourceInputTest, WaitsASecondAtTheEnd) {
  append(path_, "one\n");
  start();
  EXPECT_THAT(poll(), ElementsAre("one"));
  EXPECT_THAT(context_.waits, IsEmpty());
  EXPECT_THAT(poll(), IsEmpty());
  EXPECT_THAT(context_.waits, ElementsAre(1s));
  EXPECT_THAT(warnings(), IsEmpty());
}

TEST_F(FileSourceInputTest, WaitsUntilTheFileIsLongerThanTheStoredPosition) {  // T60
  append(path_, "old\n");
  store_position(std::int64_t{100});
  start();
  for (int i = 0; i < 5; ++i) EXPECT_THAT(poll(), IsEmpty());
  EXPECT_THAT(context_.waits, AllOf(SizeIs(5), Each(1s)));
  EXPECT_THAT(warnings(), ElementsAre(HasSubstr("has 4 bytes, fewer than the 100")));
  append(path_, std::string(95, 'x') + "\nnew\n");
  EXPECT_THAT(poll(), ElementsAre("new"));
  EXPECT_EQ(position(), 104);
}

TEST_F(FileSourceInputTest, FollowsTheOldPlaceOfAFileThatWasCutShort) {
  append(path_, "one\ntwo\n");
  start();
  EXPECT_THAT(poll(), ElementsAre("one", "two"));
  overwrite(path_, "1\n");
  EXPECT_THAT(poll(), IsEmpty());
  EXPECT_THAT(poll(), IsEmpty());
  EXPECT_THAT(warnings(), ElementsAre(HasSubstr("has 2 bytes, fewer than the 8")));
  append(path_, "123456789\n");
  EXPECT_THAT(poll(), ElementsAre("789"));
  EXPECT_EQ(position(), 12);
}

TEST_F(FileSourceInputTest, FollowsTheOldFileAfterARename) {
  append(path_, "one\n");
  start();
  EXPECT_THAT(poll(), ElementsAre("one"));
  std::filesystem::rename(path_, folder_ / "in.1");
  append(path_, "in the new file\n");
  EXPECT_THAT(poll(), IsEmpty());
  append(folder_ / "in.1", "two\n");
  EXPECT_THAT(poll(), ElementsAre("two"));
}

TEST_F(FileSourceInputTest, RefusesAStoredPositionThatIsNone) {
  append(path_, "one\n");
  store_position("4");
  start();
  EXPECT_THAT(poll_error(), StartsWith("Offset position is the incorrect type"));
  EXPECT_THAT(poll_error(), StartsWith("Offset position is the incorrect type"));
  store_position(std::int64_t{-1});
  start();
  EXPECT_THAT(poll_error(), HasSubstr("is negative"));
}

TEST_F(FileSourceInputTest, StartsAtTheBeginningWithoutAStoredPosition) {
  append(path_, "one\n");
  for (const NullableOffsetMap& stored : {NullableOffsetMap(), NullableOffsetMap(OffsetMap{}),
                                          NullableOffsetMap(OffsetMap{{"position", {}}})}) {
    context_.stored = stored;
    start();
    EXPECT_THAT(poll(), ElementsAre("one"));
  }
}

TEST_F(FileSourceInputTest, ReportsALineOf200MegabytesAfterTheLinesBeforeIt) {
  append(path_, "before\n");
  std::filesystem::resize_file(path_, 200'000'000);
  append(path_, "\nafter\n");
  start();
  EXPECT_THAT(poll(), ElementsAre("before"));
  const std::string expected =
      "the line that starts at byte 7 of file '" + path_ + "' is longer than 67108864 bytes";
  EXPECT_THAT(poll_error(), StartsWith(expected));
  EXPECT_THAT(poll_error(), StartsWith(expected));
  // The way out that the message names.
  store_position(std::int64_t{200'000'001});
  start();
  EXPECT_THAT(poll(), ElementsAre("after"));
}

TEST_F(FileSourceInputTest, ReadsANamedPipeWithoutBlocking) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  start();
  context_.stopping = true;        // not to wait for long
  EXPECT_THAT(poll(), IsEmpty());  // nobody has it open for writing
  const int writer = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC);
  ASSERT_GE(writer, 0);
  ASSERT_EQ(::write(writer, "a\nb", 3), 3);
  EXPECT_THAT(poll(), ElementsAre("a"));
  ASSERT_EQ(::write(writer, "\n", 1), 1);
  EXPECT_THAT(poll(), ElementsAre("b"));
  ::close(writer);
  EXPECT_THAT(poll(), IsEmpty());
  EXPECT_EQ(context_.waits.back(), 1s);
}

TEST_F(FileSourceInputTest, EndsItsWaitForAPipeWhenTheTaskHasToStop) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  start();
  context_.stopping = true;
  EXPECT_THAT(poll(), IsEmpty());
  EXPECT_THAT(context_.waits, ElementsAre(0ms));
}

/// The standard input of the test program, replaced while it lives.
class StandardInput {
 public:
  StandardInput() : saved_(::dup(STDIN_FILENO)) {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    ::dup2(ends[0], STDIN_FILENO);
    ::close(ends[0]);
    writer_ = ends[1];
  }
  ~StandardInput() {
    close();
    ::dup2(saved_, STDIN_FILENO);
    ::close(saved_);
  }
  void write(std::string_view bytes) {
    EXPECT_EQ(::write(writer_, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }
  void close() {
    if (writer_ >= 0) ::close(writer_);
    writer_ = -1;
  }

 private:
  int saved_;
  int writer_;
};

TEST_F(FileSourceInputTest, ReadsTheStandardInputWithoutPartitionAndOffset) {
  for (const ConfigMap& config : {ConfigMap(), ConfigMap{{"file", ""}}}) {
    StandardInput input;
    start(config);
    input.write("typed\nhalf");
    EXPECT_THAT(poll(), ElementsAre("typed"));
    EXPECT_TRUE(batch_.records()[0].source_partition.is_null());
    EXPECT_TRUE(batch_.records()[0].source_offset.is_null());
    input.close();
    EXPECT_THAT(poll(), IsEmpty());
    EXPECT_EQ(context_.waits.back(), 1s);
  }
  EXPECT_THAT(context_.asked, IsEmpty());
}

}  // namespace
}  // namespace millrace::file

#include <csignal>
#include <filesystem>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/log.h"
#include "storage/offset_json.h"
#include "storage/offset_store.h"
#include "temporary_folder.h"

namespace millrace::storage {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class FileOffsetStoreTest : public testing::Test {
 protected:
  static Result<void> set(FileOffsetStore& store, std::vector<OffsetStore::Entry> entries) {
    Result<void> answer = Error{ErrorCode::fatal, "no answer"};
    store.set(entries, [&answer](Result<void> result) { answer = std::move(result); });
    return answer;
  }
  NullableString get(const std::string& key) {
    Result<std::vector<NullableString>> values = store_.get(std::vector{key});
    return values ? values->front() : values.error().message();
  }
  /// What a worker that starts now would find.
  ByteMap on_disk() const {
    FileOffsetStore fresh(file_);
    const Result<void> loaded = fresh.load();
    return loaded ? *fresh.entries() : ByteMap{{"error", loaded.error().message()}};
  }

  TemporaryFolder folder_;
  const fs::path file_ = folder_ / "connect.offsets";
  FileOffsetStore store_{file_};
};

TEST_F(FileOffsetStoreTest, AMissingFileHoldsNoOffsets) {
  ASSERT_TRUE(store_.load());
  EXPECT_TRUE(store_.entries()->empty());
}

TEST_F(FileOffsetStoreTest, AnEmptyFileHoldsNoOffsets) {
  write_content(file_, "");
  ASSERT_TRUE(store_.load());
  EXPECT_TRUE(store_.entries()->empty());
}

TEST_F(FileOffsetStoreTest, AFileThatIsCutShortHoldsNoOffsetsAndIsLogged) {
  const log::Capture log;
  write_content(file_, write_java_map({{"k", "v"}}).substr(0, 100));
  ASSERT_TRUE(store_.load());
  EXPECT_TRUE(store_.entries()->empty());
  EXPECT_TRUE(log.contains("cut short after 100 bytes"));
}

TEST_F(FileOffsetStoreTest, AForeignFileIsRefusedByName) {
  write_content(file_, "offsets: none\n");
  const Result<void> loaded = store_.load();
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code(), ErrorCode::fatal);
  EXPECT_THAT(loaded.error().message(), HasSubstr(file_.string()));
  EXPECT_THAT(loaded.error().message(), HasSubstr("6f666673"));
}

TEST_F(FileOffsetStoreTest, AFolderIsRefusedByName) {
  fs::create_directory(file_);
  const Result<void> loaded = store_.load();
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error().message(), HasSubstr(file_.string()));
  EXPECT_THAT(loaded.error().message(), HasSubstr("Is a directory"));
  EXPECT_THAT(set(store_, {{"k", "v"}}).error().message(), HasSubstr(file_.string()));
}

TEST_F(FileOffsetStoreTest, APipeDoesNotHoldUpTheStart) {
  ASSERT_EQ(::mkfifo(file_.c_str(), 0600), 0);
  const Result<void> loaded = store_.load();
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error().message(), HasSubstr("no regular file"));
}

TEST_F(FileOffsetStoreTest, WhatIsSetCanBeReadAndIsOnDisk) {
  ASSERT_TRUE(store_.load());
  ASSERT_TRUE(set(store_, {{R"(["c",{"f":"a"}])", R"({"p":1})"}, {R"(["c",null])", std::nullopt}}));
  EXPECT_EQ(get(R"(["c",{"f":"a"}])"), R"({"p":1})");
  EXPECT_EQ(get(R"(["c",null])"), std::nullopt);
  EXPECT_EQ(on_disk(), (ByteMap{{R"(["c",{"f":"a"}])", R"({"p":1})"}, {R"(["c",null])", {}}}));
}

TEST_F(FileOffsetStoreTest, TheFirstOffsetGivesTheSampleFile) {
  ASSERT_TRUE(store_.load());
  ASSERT_TRUE(
      set(store_, {{R"(["local-file-source",{"filename":"test.txt"}])", R"({"position":20})"}}));
  EXPECT_EQ(fs::file_size(file_), 175U);
}

TEST_F(FileOffsetStoreTest, FindsAndOverwritesAKeyOfJavaWhateverItsOrder) {
  const std::string theirs = R"(["pg",{"table":"t","host":"h","db":1,"shard":null,"schema":"s"}])";
  write_content(file_,
                write_java_map({{theirs, R"({"lsn":5})"}, {"odd", "1"}, {std::nullopt, "2"}}));
  ASSERT_TRUE(store_.load());
  const std::string ours = *offset_key("pg", NullableOffsetMap(OffsetMap{{"db", std::int32_t{1}},
                                                                         {"host", "h"},
                                                                         {"schema", "s"},
                                                                         {"shard", Value()},
                                                                         {"table", "t"}}));
  ASSERT_NE(ours, theirs);
  EXPECT_EQ(get(ours), R"({"lsn":5})");
  ASSERT_TRUE(set(store_, {{ours, R"({"lsn":6})"}}));
  EXPECT_EQ(get(ours), R"({"lsn":6})");
  EXPECT_EQ(on_disk(), (ByteMap{{theirs, R"({"lsn":6})"}, {"odd", "1"}, {std::nullopt, "2"}}));
}

TEST_F(FileOffsetStoreTest, KeepsKeysOfUnknownFormWithAWarning) {
  const log::Capture log;
  write_content(file_, write_java_map({{"odd", "1"}}));
  ASSERT_TRUE(store_.load());
  EXPECT_TRUE(log.contains("'odd'"));
  ASSERT_TRUE(set(store_, {{R"(["c",{}])", "{}"}}));
  EXPECT_EQ(on_disk().at("odd"), "1");
}

TEST_F(FileOffsetStoreTest, FollowsSymbolicLinksEvenToWhatDoesNotExistYet) {
  const fs::path real = folder_ / "real";
  fs::create_directory(real);
  fs::create_symlink("real/offsets", file_);
  ASSERT_TRUE(store_.load());
  ASSERT_TRUE(set(store_, {{"k", "v"}}));
  ASSERT_TRUE(set(store_, {{"k", "w"}}));
  EXPECT_TRUE(fs::is_symlink(file_));
  EXPECT_EQ(parse_java_map(file_content(real / "offsets"))->entries, (ByteMap{{"k", "w"}}));
}

TEST_F(FileOffsetStoreTest, KeepsTheRightsOfTheFile) {
  write_content(file_, "");
  fs::permissions(file_, fs::perms::owner_read | fs::perms::owner_write);
  ASSERT_TRUE(set(store_, {{"k", "v"}}));
  EXPECT_EQ(fs::status(file_).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(FileOffsetStoreTest, LeavesNothingBesideTheFile) {
  ASSERT_TRUE(set(store_, {{"k", "v"}}));
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(file_.parent_path())) {
    names.push_back(entry.path().filename());
  }
  EXPECT_THAT(names, ElementsAre("connect.offsets"));
}

TEST_F(FileOffsetStoreTest, AFullDeviceIsReportedWithTheSystemsReason) {
  FileOffsetStore full("/dev/full");
  ASSERT_TRUE(full.load());
  const Result<void> stored = set(full, {{"k", "v"}});
  ASSERT_FALSE(stored);
  EXPECT_THAT(stored.error().message(), HasSubstr("'/dev/full'"));
  EXPECT_THAT(stored.error().message(), HasSubstr("No space left on device"));
  EXPECT_TRUE(fs::is_character_file("/dev/full"));
}

TEST_F(FileOffsetStoreTest, AMissingFolderIsReportedByName) {
  FileOffsetStore store(folder_ / "missing/offsets");
  ASSERT_TRUE(store.load());
  const Result<void> stored = set(store, {{"k", "v"}});
  ASSERT_FALSE(stored);
  EXPECT_THAT(stored.error().message(), HasSubstr("missing/offsets"));
  EXPECT_THAT(stored.error().message(), HasSubstr("No such file or directory"));
}

/// Files that this process writes end after so many bytes, as on a disk that fills up.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit now = before_;
    now.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &now);
  }
  ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_ = {};
};

TEST_F(FileOffsetStoreTest, AWriteThatFailsInTheMiddleLeavesTheOldOffsets) {
  ASSERT_TRUE(set(store_, {{"k", "old"}}));
  const auto before = std::signal(SIGXFSZ, SIG_IGN);
  Result<void> stored;
  {
    const FileSizeLimit limit(100);
    stored = set(store_, {{"k", "new"}});
  }
  std::signal(SIGXFSZ, before);
  ASSERT_FALSE(stored);
  EXPECT_THAT(stored.error().message(), HasSubstr("File too large"));
  EXPECT_EQ(get("k"), "old");
  EXPECT_EQ(on_disk(), (ByteMap{{"k", "old"}}));
  ASSERT_TRUE(set(store_, {{"k", "new"}}));
  EXPECT_EQ(on_disk(), (ByteMap{{"k", "new"}}));
}

using FileOffsetStoreDeathTest = FileOffsetStoreTest;

TEST_F(FileOffsetStoreDeathTest, AKillInTheMiddleOfAWriteLeavesTheOldOffsets) {
  ASSERT_TRUE(set(store_, {{"k", "old"}}));
  EXPECT_EXIT(
      {
        const FileSizeLimit limit(100);  // the kernel kills the writer at byte 101
        static_cast<void>(set(store_, {{"k", "new"}}));
      },
      testing::KilledBySignal(SIGXFSZ), "");
  EXPECT_TRUE(fs::exists(file_.string() + ".millrace.tmp"));
  EXPECT_EQ(on_disk(), (ByteMap{{"k", "old"}}));
  ASSERT_TRUE(set(store_, {{"k", "new"}}));
  EXPECT_EQ(on_disk(), (ByteMap{{"k", "new"}}));
  EXPECT_FALSE(fs::exists(file_.string() + ".millrace.tmp"));
}

TEST_F(FileOffsetStoreTest, DoesNotWriteThroughALinkLaidInTheWayOfTheTemporaryFile) {
  write_content(folder_ / "victim", "precious");
  fs::create_symlink(folder_ / "victim", file_.string() + ".millrace.tmp");
  ASSERT_TRUE(set(store_, {{"k", "v"}}));
  EXPECT_EQ(file_content(folder_ / "victim"), "precious");
}

}  // namespace
}  // namespace millrace::storage

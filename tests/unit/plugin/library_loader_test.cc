#include "plugin/library_loader.h"

#include <elf.h>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/log.h"
#include "plugin/elf_section.h"

namespace millrace::plugin {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::Each;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const fs::path built = fs::absolute(MILLRACE_TEST_PLUGINS);

std::string content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}
void write(const fs::path& path, std::string_view content) {
  std::ofstream(path, std::ios::binary) << content;
}

class LibraryLoaderTest : public testing::Test {
 protected:
  LibraryLoaderTest() {
    std::string pattern = (fs::temp_directory_path() / "millrace-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~LibraryLoaderTest() override { fs::remove_all(folder_); }

  /// Puts a copy of a test library on the plugin path, in a folder of its own.
  fs::path put(const std::string& library) {
    fs::create_directories(folder_ / library);
    const fs::path place = folder_ / library / (library + ".so");
    fs::copy_file(built / (library + ".so"), place);
    return place;
  }
  void load() { load_libraries(folder_.string(), registry_); }
  [[nodiscard]] std::vector<std::string> loaded() const {
    std::vector<std::string> names;
    for (const Listed& one : registry_.list()) names.push_back(one.class_name);
    return names;
  }
  void expect_nothing_but(const std::string& line_part) {
    EXPECT_TRUE(registry_.list().empty());
    EXPECT_EQ(log_.lines().size(), 1U);
    EXPECT_TRUE(log_.contains(line_part)) << testing::PrintToString(log_.lines());
  }

  fs::path folder_;
  log::Capture log_;
  Registry registry_;
};

TEST_F(LibraryLoaderTest, LoadsALibraryThatWasBuiltForThisWorker) {
  put("good");
  load();
  const SinkPlugin* plugin = registry_.find_sink("Discard");
  ASSERT_NE(plugin, nullptr) << testing::PrintToString(log_.lines());
  EXPECT_EQ(plugin->version, "1.2.3");
  EXPECT_EQ(registry_.list().front().location, (folder_ / "good").string());
  const Result<Config> config = plugin->config.parse({{"limit", "7"}});
  ASSERT_TRUE(config) << config.error().message();
  EXPECT_TRUE(plugin->make_task()->start(*config));
  EXPECT_THAT(plugin->config.parse({{"limit", "0"}}).error().message(), HasSubstr("at least 1"));
}

TEST_F(LibraryLoaderTest, TakesALibraryItselfAsAnElement) {
  const fs::path library = put("good");
  load_libraries("  , " + library.string() + " ,," + library.string(), registry_);
  EXPECT_THAT(loaded(), testing::ElementsAre("com.example.DiscardConnector"));
  EXPECT_THAT(log_.lines(), Each(StartsWith("INFO")));
}

TEST_F(LibraryLoaderTest, FollowsLinksAndLoadsNothingTwice) {
  put("good");
  const fs::path path = folder_ / "path";
  fs::create_directory(path);
  fs::create_directory_symlink(folder_ / "good", path / "a");
  fs::create_symlink(folder_ / "good" / "good.so", path / "b.so");
  fs::create_directory_symlink(path, path / "round");
  load_libraries(path.string(), registry_);
  EXPECT_THAT(loaded(), testing::ElementsAre("com.example.DiscardConnector"));
  EXPECT_THAT(log_.lines(), Each(StartsWith("INFO")));
}

TEST_F(LibraryLoaderTest, FindsLibrariesInFoldersBelow) {
  const fs::path library = put("good");
  fs::create_directories(folder_ / "vendor/lib");
  fs::rename(library, folder_ / "vendor/lib/good.so");
  load();
  ASSERT_EQ(registry_.list().size(), 1U);
  EXPECT_EQ(registry_.list().front().location, (folder_ / "vendor").string());
}

TEST_F(LibraryLoaderTest, AnElementThatIsMissingIsAnErrorAndTheNextIsLoaded) {
  put("good");
  load_libraries("/no/such/folder," + folder_.string(), registry_);
  EXPECT_THAT(loaded(), testing::ElementsAre("com.example.DiscardConnector"));
  EXPECT_THAT(log_.lines(), Contains("ERROR '/no/such/folder' in plugin.path is left out: "
                                     "No such file or directory"));
}

TEST_F(LibraryLoaderTest, AnElementThatIsSomethingElseIsAnError) {
  write(folder_ / "readme.txt", "x");
  load_libraries((folder_ / "readme.txt").string(), registry_);
  expect_nothing_but("neither a folder nor a library");
}

TEST_F(LibraryLoaderTest, AnEmptyPathIsNothing) {
  load_libraries("", registry_);
  load_libraries(" , ,", registry_);
  EXPECT_TRUE(log_.lines().empty());
}

TEST_F(LibraryLoaderTest, WarnsOnceForTheJarsOfALocation) {
  fs::create_directories(folder_ / "java/lib");
  write(folder_ / "java/lib/a.jar", "PK");
  write(folder_ / "java/lib/b.jar", "PK");
  load();
  expect_nothing_but("WARN Java plugins are not loaded: '" + (folder_ / "java").string() +
                     "' holds 2 jar file(s), such as 'a.jar'");
}

TEST_F(LibraryLoaderTest, PassesOverLibrariesThatAreNoPlugins) {
  fs::copy_file(MILLRACE_TEST_LIBZ, folder_ / "libz.so");
  load();
  EXPECT_TRUE(registry_.list().empty());
  EXPECT_TRUE(log_.lines().empty());
  log::set_level("org.apache.kafka.connect.runtime.isolation.PluginScanner", log::Level::debug);
  load();
  log::set_level("org.apache.kafka.connect.runtime.isolation.PluginScanner", log::Level::info);
  expect_nothing_but("DEBUG Library '" + (folder_ / "libz.so").string() + "'");
}

TEST_F(LibraryLoaderTest, DoesNotOpenALibraryForAnotherWorkerAndSaysBothTexts) {
  const fs::path library = put("other_abi");
  load();
  expect_nothing_but("WARN Plugin library '" + library.string() + "' is not loaded");
  EXPECT_TRUE(log_.contains("\"millrace-plugin;api=99;library=other;\""));
  EXPECT_TRUE(log_.contains(MILLRACE_PLUGIN_ABI));
}

TEST_F(LibraryLoaderTest, ARegistrationThatThrowsLeavesNothingBehind) {
  const fs::path library = put("throws");
  put("good");
  load();
  EXPECT_THAT(loaded(), testing::ElementsAre("com.example.DiscardConnector"));
  EXPECT_TRUE(log_.contains("ERROR Plugin library '" + library.string() + "'"));
  EXPECT_TRUE(log_.contains("no licence found"));
}

TEST_F(LibraryLoaderTest, ALibraryThatNeedsWhatNobodyHasIsAnError) {
  const fs::path library = put("undefined_symbol");
  load();
  expect_nothing_but("ERROR Plugin library '" + library.string() + "' cannot be loaded");
  EXPECT_TRUE(log_.contains("millrace_test_function_of_nobody"));
}

TEST_F(LibraryLoaderTest, ALibraryWithoutTheFunctionIsAnError) {
  put("no_function");
  load();
  expect_nothing_but("millrace_register_plugins");
}

TEST_F(LibraryLoaderTest, AFileThatIsNoLibraryIsAWarning) {
  write(folder_ / "notes.so", "these are not the bytes you are looking for");
  load();
  expect_nothing_but("WARN File '" + (folder_ / "notes.so").string() +
                     "' is not loaded: it is no shared library");
}

TEST_F(LibraryLoaderTest, AnEmptyFileIsAWarning) {
  write(folder_ / "empty.so", "");
  load();
  expect_nothing_but("WARN");
}

TEST_F(LibraryLoaderTest, AProgramIsNoLibraryOrNoPlugin) {
  fs::copy_file("/proc/self/exe", folder_ / "program.so");
  load();
  EXPECT_TRUE(registry_.list().empty());
}

TEST_F(LibraryLoaderTest, ALibraryThatIsCutShortIsNotOpened) {
  const std::string whole = content_of(built / "good.so");
  for (std::size_t size = 1; size < whole.size(); size = size * 2 + 1) {
    write(folder_ / "part.so", std::string_view(whole).substr(0, size));
    EXPECT_FALSE(load_library(folder_ / "part.so", "here", registry_)) << size;
  }
  EXPECT_THAT(log_.lines(), Contains(HasSubstr("is cut short")));
  EXPECT_THAT(log_.lines(), Each(Not(StartsWith("ERROR"))));
}

TEST_F(LibraryLoaderTest, DamagedHeadersAreReadWithinTheFile) {
  const std::string whole = content_of(built / "good.so");
  Elf64_Ehdr header = {};
  std::memcpy(&header, whole.data(), sizeof header);
  std::mt19937 random(20260301);
  const fs::path file = folder_ / "damaged.so";
  for (int round = 0; round < 200; ++round) {
    std::string bytes = whole;
    for (int i = 0; i < 8; ++i) {
      const bool in_header = random() % 2 == 0;
      const std::size_t place = in_header
                                    ? random() % sizeof header
                                    : header.e_shoff + random() % (whole.size() - header.e_shoff);
      bytes[place] = static_cast<char>(random());
    }
    write(file, bytes);
    const auto section = read_elf_section(file, ".millrace", 4096);
    EXPECT_TRUE(!section || !*section || (*section)->size() <= 4096);
  }
}

TEST(ElfSection, ReadsTheTextOfAPlugin) {
  const auto text = read_elf_section(built / "good.so", ".millrace", 4096);
  ASSERT_TRUE(text && *text);
  EXPECT_STREQ((*text)->c_str(), MILLRACE_PLUGIN_ABI);
}

TEST(ElfSection, RefusesASectionThatIsTooLarge) {
  const auto text = read_elf_section(built / "good.so", ".millrace", 10);
  ASSERT_FALSE(text);
  EXPECT_THAT(text.error().message(), HasSubstr("damaged section .millrace"));
}

TEST(ElfSection, NamesTheReasonForAFileThatCannotBeRead) {
  EXPECT_THAT(read_elf_section("/no/such/file.so", "x", 1).error().message(),
              HasSubstr("No such file or directory"));
  EXPECT_THAT(read_elf_section("/tmp", "x", 1).error().message(), HasSubstr("no regular file"));
}

}  // namespace
}  // namespace millrace::plugin

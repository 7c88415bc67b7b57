#include "provider/bundled.h"

#include "base/log.h"
#include "plugin/registry.h"
#include "unit/config/temporary_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

namespace millrace::provider {
namespace {

using config::TemporaryFolder;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

constexpr const char* package = "org.apache.kafka.common.config.provider.";

struct Bundled : testing::Test {
  /// A configured provider, or the error.
  static Result<std::unique_ptr<ConfigProvider>> make(const std::string& name,
                                                      const ConfigMap& parameters = {}) {
    plugin::Registry registry;
    register_config_providers(registry);
    const auto* plugin = registry.find_config_provider(name);
    if (plugin == nullptr) return Error{ErrorCode::not_found, name};
    auto provider = plugin->make();
    MILLRACE_TRY(provider->configure(parameters));
    return provider;
  }
  static std::map<std::string, std::string> data(const Result<ConfigData>& result) {
    EXPECT_TRUE(result) << result.error().message();
    if (!result) return {};
    EXPECT_FALSE(result->time_to_live) << "the bundled ones give none";
    return result->data;
  }

  TemporaryFolder folder;
};

TEST_F(Bundled, AreKnownByClassNameAndAlias) {
  for (const char* name : {"FileConfigProvider", "DirectoryConfigProvider", "EnvVarConfigProvider"})
    EXPECT_TRUE(make(package + std::string(name))) << name;
  for (const char* alias : {"File", "Directory", "EnvVar", "FileConfigProvider"})
    EXPECT_TRUE(make(alias)) << alias;
}

TEST_F(Bundled, FileReadsPropertiesInUtf8) {
  const std::string path =
      folder.write("p", "user=anna\npassword = caf\xc3\xa9 \\u00e9\\\n  s\nother: 1 \nempty=\n");
  const auto file = *make("File");
  EXPECT_THAT(data(file->get(path)),
              UnorderedElementsAre(Pair("user", "anna"), Pair("password", "caf\xc3\xa9 \xc3\xa9s"),
                                   Pair("other", "1 "), Pair("empty", "")));
  EXPECT_THAT(data(file->get(path, {"user", "nobody"})),
              UnorderedElementsAre(Pair("user", "anna")));
  EXPECT_THAT(data(file->get("", {"user"})), IsEmpty()) << "no path: nothing";
  static_cast<void>(folder.write("p", "user=berta\n"));
  EXPECT_THAT(data(file->get(path, {"user"})), UnorderedElementsAre(Pair("user", "berta")))
      << "read anew";
}

TEST_F(Bundled, FileSaysWhatItCouldNotRead) {
  const auto file = *make("File");
  const auto result = file->get(folder.path() + "/nothing", {"k"});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code(), ErrorCode::invalid_config);
  EXPECT_EQ(result.error().message(),
            "Could not read properties from file " + folder.path() + "/nothing");
  ASSERT_NE(result.error().cause(), nullptr);
  EXPECT_THAT(result.error().cause()->message(), HasSubstr("No such file"));
}

TEST_F(Bundled, DirectoryReadsWholeFiles) {
  static_cast<void>(folder.write("user", "anna\n"));
  static_cast<void>(folder.write("key.pem", "one\ntwo\n"));
  std::filesystem::create_directory(folder.path() + "/folder");
  std::filesystem::create_symlink(folder.path() + "/user", folder.path() + "/link");
  const auto directory = *make("Directory");
  EXPECT_THAT(data(directory->get(folder.path())),
              UnorderedElementsAre(Pair("user", "anna\n"), Pair("key.pem", "one\ntwo\n"),
                                   Pair("link", "anna\n")));
  EXPECT_THAT(data(directory->get(folder.path(), {"link", "folder", "none", "../user"})),
              UnorderedElementsAre(Pair("link", "anna\n")));
  const log::Capture capture;
  EXPECT_THAT(data(directory->get(folder.path() + "/user", {"user"})), IsEmpty());
  EXPECT_TRUE(capture.contains("WARN The path " + folder.path() + "/user is no folder"));
  EXPECT_THAT(data(directory->get("", {"user"})), IsEmpty());
}

TEST_F(Bundled, DirectorySaysWhatItCouldNotRead) {
  std::filesystem::create_directory(folder.path() + "/d");
  static_cast<void>(folder.write("d/huge", ""));
  std::filesystem::resize_file(folder.path() + "/d/huge", 65 << 20);  // above what is read
  const auto result = (*make("Directory"))->get(folder.path() + "/d", {"huge"});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message(),
            "Could not read file " + folder.path() + "/d/huge for property huge");
}

TEST_F(Bundled, BothLookOnlyIntoAllowedPaths) {
  std::filesystem::create_directories(folder.path() + "/in/deep");
  std::filesystem::create_directories(folder.path() + "/in-too");
  static_cast<void>(folder.write("in/deep/p", "k=inside\n"));
  static_cast<void>(folder.write("in-too/p", "k=outside\n"));
  static_cast<void>(folder.write("p", "k=outside\n"));
  const ConfigMap limits{{"allowed.paths", folder.path() + "/in/, " + folder.path() + "/in/deep"}};
  const auto file = *make("File", limits);
  EXPECT_THAT(data(file->get(folder.path() + "/in/deep/p", {"k"})),
              UnorderedElementsAre(Pair("k", "inside")));
  EXPECT_THAT(data(file->get(folder.path() + "/in/./deep/../deep/p", {"k"})),
              UnorderedElementsAre(Pair("k", "inside")));
  const log::Capture capture;
  EXPECT_THAT(data(file->get(folder.path() + "/in/../p", {"k"})), IsEmpty());
  EXPECT_THAT(data(file->get(folder.path() + "/in-too/p", {"k"})), IsEmpty());
  EXPECT_THAT(data(file->get("in/deep/p", {"k"})), IsEmpty());
  EXPECT_TRUE(capture.contains("in-too/p is not below any of allowed.paths"));
  const auto directory = *make("Directory", limits);
  EXPECT_THAT(data(directory->get(folder.path() + "/in/deep")),
              UnorderedElementsAre(Pair("p", "k=inside\n")));
  EXPECT_THAT(data(directory->get(folder.path())), IsEmpty());
}

TEST_F(Bundled, AllowedPathsAreAbsoluteAndExist) {
  EXPECT_EQ(make("File", {{"allowed.paths", "etc/secrets"}}).error().message(),
            "Path etc/secrets is not absolute");
  EXPECT_EQ(
      make("Directory", {{"allowed.paths", "/," + folder.path() + "/x/../no"}}).error().message(),
      "Path " + folder.path() + "/no does not exist");
  EXPECT_TRUE(make("File", {{"allowed.paths", ""}}));
}

TEST_F(Bundled, UnconfiguredOnesSaySo) {
  for (const auto& plugin : {file_provider(), directory_provider()}) {
    const auto result = plugin.make()->get("/etc", {"k"});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().java_class(), "java.lang.IllegalStateException");
    EXPECT_EQ(result.error().message(), "The provider has not been configured yet.");
  }
}

TEST_F(Bundled, EnvVarGivesTheEnvironmentAsFarAsItIsAllowed) {
  ::setenv("MILLRACE_TEST_ONE", "first", 1);
  ::setenv("MILLRACE_TEST_TWO", "a=b", 1);
  const auto all = *make("EnvVar");
  EXPECT_THAT(
      data(all->get("", {"MILLRACE_TEST_ONE", "MILLRACE_TEST_TWO", "MILLRACE_TEST_NONE"})),
      UnorderedElementsAre(Pair("MILLRACE_TEST_ONE", "first"), Pair("MILLRACE_TEST_TWO", "a=b")));
  const auto some = *make("EnvVar", {{"allowlist.pattern", "MILLRACE_TEST_.NE|ST_TWO"}});
  EXPECT_THAT(data(some->get("")), UnorderedElementsAre(Pair("MILLRACE_TEST_ONE", "first")))
      << "the whole name must match";
  ::setenv("MILLRACE_TEST_ONE", "later", 1);
  EXPECT_THAT(data(some->get("")), UnorderedElementsAre(Pair("MILLRACE_TEST_ONE", "first")))
      << "as it was at the start";
}

TEST_F(Bundled, EnvVarTakesNoPathAndNoBrokenPattern) {
  const auto all = *make("EnvVar");
  EXPECT_EQ(all->get("/etc", {"HOME"}).error().message(),
            "Path is not supported for EnvVarConfigProvider, invalid value '/etc'");
  EXPECT_THAT(make("EnvVar", {{"allowlist.pattern", "(a"}}).error().message(),
              HasSubstr("Invalid value (a for configuration allowlist.pattern: "));
}

}  // namespace
}  // namespace millrace::provider

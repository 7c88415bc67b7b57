// Stores made by keytool and OpenSSL (tests/data/security/stores/make.sh); what becomes of them for
// a Kafka client is tested in unit/kafka/tls_material_test.cc.
#include "security/tls_material.h"

#include "security/java_keystore.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace millrace::security {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const std::string folder = MILLRACE_TEST_DATA "/security/stores/";

std::string content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

TEST(TlsMaterial, NamesTheFilesThatItCameFrom) {
  const Result<TlsMaterial> material =
      read_tls_material({{"ssl.truststore.location", folder + "trust.jks"},
                         {"ssl.keystore.location", folder + "client.p12"},
                         {"ssl.keystore.password", "store-secret"}});
  ASSERT_TRUE(material) << material.error().message();
  EXPECT_THAT(material->files, ElementsAre(folder + "trust.jks", folder + "client.p12"));
  EXPECT_THAT(material->trusted, StartsWith("-----BEGIN CERTIFICATE-----"));
  EXPECT_THAT(material->key, StartsWith("-----BEGIN PRIVATE KEY-----"));
  EXPECT_EQ(material->key_password, std::nullopt);
}

TEST(TlsMaterial, WithoutStoresThereIsNone) {
  const Result<TlsMaterial> material = read_tls_material({});
  ASSERT_TRUE(material);
  EXPECT_EQ(material->trusted + material->key + material->chain, "");
  EXPECT_TRUE(material->files.empty());
}

TEST(TlsMaterial, MessagesNameTheWholeKeyAndNoSecret) {
  const Result<TlsMaterial> material = read_tls_material(
      {{"ssl.keystore.location", folder + "client.p12"}, {"ssl.keystore.password", "hunter2"}},
      "listeners.https.");
  ASSERT_FALSE(material);
  EXPECT_THAT(material.error().message(),
              StartsWith("setting 'listeners.https.ssl.keystore.location': '" + folder +
                         "client.p12': the PKCS12 key store does not open"));
  EXPECT_THAT(material.error().message(), Not(HasSubstr("hunter2")));
}

TEST(TlsMaterial, SuitesOfTls13StandApart) {
  const Result<CipherSuites> suites = read_cipher_suites(
      {{"ssl.cipher.suites", "TLS_AES_256_GCM_SHA384, TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"}});
  ASSERT_TRUE(suites) << suites.error().message();
  EXPECT_THAT(suites->tls_1_3, ElementsAre("TLS_AES_256_GCM_SHA384"));
  EXPECT_THAT(suites->older, ElementsAre("ECDHE-RSA-AES256-GCM-SHA384"));
  EXPECT_EQ(read_cipher_suites({{"ssl.cipher.suites", "TLS_FANCY"}}, "x.").error().message(),
            "setting 'x.ssl.cipher.suites': 'TLS_FANCY' is not known");
}

TEST(JavaKeyStore, DamagedFilesAreRefused) {
  const std::string jks = content(folder + "client.jks");
  for (std::size_t size : {std::size_t{3}, std::size_t{40}, jks.size() / 2, jks.size() - 1}) {
    EXPECT_FALSE(read_key_store(jks.substr(0, size), std::nullopt, "key-secret")) << size;
  }
  std::string changed = jks;
  changed[jks.size() / 2] = static_cast<char>(changed[jks.size() / 2] ^ 1);
  EXPECT_FALSE(read_key_store(changed, "store-secret", "key-secret"));
  const std::string p12 = content(folder + "client.p12");
  EXPECT_FALSE(read_key_store(p12.substr(0, p12.size() / 2), "store-secret", std::nullopt));
}

}  // namespace
}  // namespace millrace::security

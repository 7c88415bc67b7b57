// Stores made by keytool and OpenSSL (tests/data/security/stores/make.sh) become PEM.
#include "kafka/tls_material.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

namespace millrace::kafka {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string folder = MILLRACE_TEST_DATA "/security/stores/";

std::string content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

/// The common names of the certificates in a PEM text, in order.
std::vector<std::string> names(const std::string& pem) {
  std::vector<std::string> result;
  const std::unique_ptr<BIO, decltype(&BIO_free)> in(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
  while (X509* certificate = PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr)) {
    char name[64] = {};
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name,
                              sizeof name);
    result.emplace_back(name);
    X509_free(certificate);
  }
  return result;
}

std::string property(const TlsMaterial& material, std::string_view name) {
  for (const auto& [key, value] : material.properties) {
    if (key == name) return value;
  }
  return "(absent)";
}

/// Whether the private key belongs to the first certificate of the chain.
bool fits(const TlsMaterial& material, const char* password = nullptr) {
  const std::string key_pem = property(material, "ssl.key.pem");
  const std::string chain_pem = content(material.chain_file.path());
  const std::unique_ptr<BIO, decltype(&BIO_free)> key_in(BIO_new_mem_buf(key_pem.data(), -1),
                                                         &BIO_free);
  const std::unique_ptr<BIO, decltype(&BIO_free)> chain_in(BIO_new_mem_buf(chain_pem.data(), -1),
                                                           &BIO_free);
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      PEM_read_bio_PrivateKey(key_in.get(), nullptr, nullptr, const_cast<char*>(password)),
      &EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(
      PEM_read_bio_X509(chain_in.get(), nullptr, nullptr, nullptr), &X509_free);
  return key && certificate && X509_check_private_key(certificate.get(), key.get()) == 1;
}

ConfigMap ssl(ConfigMap more) {
  more.set("security.protocol", "SSL");
  return more;
}

std::string problem(ConfigMap settings) {
  const Result<TlsMaterial> material = read_tls(ssl(std::move(settings)));
  return material ? "none" : material.error().message();
}

class TrustStore : public ::testing::TestWithParam<const char*> {};

TEST_P(TrustStore, OpensUnderTypeJks) {
  const std::string location = folder + GetParam();
  const Result<TlsMaterial> material = read_tls(ssl({{"ssl.truststore.location", location},
                                                     {"ssl.truststore.type", "JKS"},
                                                     {"ssl.truststore.password", "store-secret"}}));
  ASSERT_TRUE(material) << material.error().message();
  EXPECT_THAT(names(property(*material, "ssl.ca.pem")), ElementsAre("root"));
  EXPECT_EQ(property(*material, "ssl.endpoint.identification.algorithm"), "https");
  const std::string wrong =
      problem({{"ssl.truststore.location", location}, {"ssl.truststore.password", "hunter2"}});
  EXPECT_THAT(wrong, HasSubstr("password is wrong"));
  EXPECT_THAT(wrong, HasSubstr(location));
  EXPECT_THAT(wrong, Not(HasSubstr("hunter2")));
}
INSTANTIATE_TEST_SUITE_P(Files, TrustStore,
                         ::testing::Values("trust.jks", "trust.p12", "trust-old.p12"),
                         [](const auto& one) {
                           return std::string("File") + std::to_string(one.index);
                         });

TEST(TlsMaterial, JksNeedsNoPasswordForCertificates) {
  const Result<TlsMaterial> material =
      read_tls(ssl({{"ssl.truststore.location", folder + "trust.jks"}}));
  ASSERT_TRUE(material) << material.error().message();
  EXPECT_THAT(names(material->ca_pem), ElementsAre("root"));
}

TEST(TlsMaterial, PemTrustStoreAsFileAndInline) {
  const std::string location = folder + "trust.pem";
  Result<TlsMaterial> material =
      read_tls(ssl({{"ssl.truststore.type", "PEM"}, {"ssl.truststore.location", location}}));
  ASSERT_TRUE(material) << material.error().message();
  EXPECT_THAT(names(material->ca_pem), ElementsAre("root"));
  material = read_tls(
      ssl({{"ssl.truststore.type", "PEM"}, {"ssl.truststore.certificates", content(location)}}));
  ASSERT_TRUE(material) << material.error().message();
  EXPECT_THAT(names(material->ca_pem), ElementsAre("root"));
}

TEST(TlsMaterial, KeyStoresGiveKeyAndChain) {
  const ConfigMap stores[] = {
      {{"ssl.keystore.location", folder + "client.jks"},
       {"ssl.keystore.password", "store-secret"},
       {"ssl.key.password", "key-secret"}},
      {{"ssl.keystore.location", folder + "client.p12"},
       {"ssl.keystore.type", "PKCS12"},
       {"ssl.keystore.password", "store-secret"}},
      {{"ssl.keystore.location", folder + "client.pem"}, {"ssl.keystore.type", "PEM"}},
      {{"ssl.keystore.key", content(folder + "client.pem")},
       {"ssl.keystore.certificate.chain", content(folder + "client.pem")},
       {"ssl.keystore.type", "PEM"}},
  };
  for (const ConfigMap& store : stores) {
    std::string path;
    {
      const Result<TlsMaterial> material = read_tls(ssl(store));
      ASSERT_TRUE(material) << material.error().message();
      path = material->chain_file.path();
      EXPECT_EQ(property(*material, "ssl.certificate.location"), path);
      EXPECT_THAT(names(content(path)), ElementsAre("client", "middle"));
      EXPECT_TRUE(fits(*material));
      const auto mode = std::filesystem::status(path).permissions();
      EXPECT_EQ(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    }
    EXPECT_FALSE(std::filesystem::exists(path));
  }
}

TEST(TlsMaterial, SettingsThatDoNotGoTogether) {
  const std::string pem = content(folder + "client.pem");
  EXPECT_THAT(problem({{"ssl.keystore.type", "PEM"}, {"ssl.keystore.key", pem}}),
              HasSubstr("'ssl.keystore.certificate.chain'"));
  EXPECT_THAT(problem({{"ssl.keystore.type", "PEM"},
                       {"ssl.keystore.key", pem},
                       {"ssl.keystore.certificate.chain", pem},
                       {"ssl.keystore.location", folder + "client.pem"}}),
              HasSubstr("'ssl.keystore.location': cannot stand beside"));
  EXPECT_THAT(problem({{"ssl.truststore.type", "PEM"},
                       {"ssl.truststore.location", folder + "trust.pem"},
                       {"ssl.truststore.password", "x"}}),
              HasSubstr("PEM stores have none"));
  EXPECT_THAT(problem({{"ssl.keystore.location", folder + "client.jks"}}),
              HasSubstr("'ssl.keystore.password': is missing"));
  EXPECT_THAT(problem({{"ssl.keystore.key", pem}}), HasSubstr("needs ssl.keystore.type=PEM"));
  EXPECT_THAT(problem({{"ssl.truststore.type", "BKS"}}), HasSubstr("'BKS' is not supported"));
  EXPECT_THAT(problem({{"ssl.truststore.location", folder + "make.sh"}}),
              HasSubstr("neither JKS nor PKCS12"));
  EXPECT_THAT(problem({{"ssl.keystore.location", folder + "client.jks"},
                       {"ssl.keystore.password", "store-secret"},
                       {"ssl.key.password", "hunter2"}}),
              HasSubstr("its password does not open"));
  EXPECT_THAT(problem({{"ssl.endpoint.identification.algorithm", "LDAPS"}}),
              HasSubstr("must be https"));
}

TEST(TlsMaterial, EndpointCheckCanBeSwitchedOff) {
  const Result<TlsMaterial> material =
      read_tls(ssl({{"ssl.endpoint.identification.algorithm", ""}}));
  ASSERT_TRUE(material) << material.error().message();
  EXPECT_EQ(property(*material, "ssl.endpoint.identification.algorithm"), "none");
}

TEST(TlsMaterial, CipherSuitesGetOpensslsNames) {
  const Result<TlsMaterial> material =
      read_tls(ssl({{"ssl.cipher.suites",
                     "TLS_AES_256_GCM_SHA384, TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,"
                     "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"}}));
  ASSERT_TRUE(material) << material.error().message();
  EXPECT_EQ(property(*material, "ssl.cipher.suites"),
            "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256");
  EXPECT_THAT(problem({{"ssl.cipher.suites", "TLS_FANCY"}}), HasSubstr("'TLS_FANCY' is not known"));
}

TEST(TlsMaterial, WithoutTlsNothingIsRead) {
  const Result<TlsMaterial> material = read_tls({{"ssl.keystore.location", "/nowhere"}});
  ASSERT_TRUE(material) << material.error().message();
  EXPECT_TRUE(material->properties.empty());
}

}  // namespace
}  // namespace millrace::kafka

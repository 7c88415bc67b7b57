// A renewed key store is followed without a restart.
#include "unit/rest/tls_fixture.h"

#include <gmock/gmock.h>

namespace millrace::rest {
namespace {

using std::chrono::milliseconds;

TEST_F(TlsTest, ARenewedCertificateIsShownWithoutARestart) {
  options.times.certificate = milliseconds(0);
  const std::string file = write("key.pem", self_signed("old"));
  options.https.ssl = {{"ssl.keystore.type", "PEM"}, {"ssl.keystore.location", file}};
  Client before(port());
  EXPECT_EQ(name_of_server(before), "old");
  write("key.pem", self_signed("new"));
  EXPECT_EQ(name_of_server(Client(port())), "new");
  EXPECT_TRUE(
      log.contains("INFO the files of https have changed: it shows the certificate of CN=new"));
  EXPECT_EQ(before.call(get_root_request).body,
            root_body);  // connections go on with what they have
}

TEST_F(TlsTest, AFileOfNoUseLeavesTheCertificate) {
  options.times.certificate = milliseconds(0);
  const std::string file = write("key.pem", self_signed("old"));
  options.https.ssl = {{"ssl.keystore.type", "PEM"}, {"ssl.keystore.location", file}};
  EXPECT_EQ(name_of_server(Client(port())), "old");
  write("key.pem", "half a file");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(name_of_server(Client(port())), "old");
  std::filesystem::remove(file);
  EXPECT_EQ(name_of_server(Client(port())), "old");
  write("key.pem", self_signed("new"));
  EXPECT_EQ(name_of_server(Client(port())), "new");
  int warnings = 0;
  for (const std::string& line : log.lines())
    warnings += line.starts_with("WARN the files of https");
  EXPECT_EQ(warnings, 2);  // once for each state of the file
}

TEST_F(TlsTest, ALookAtTheFilesHoldsForAWhile) {
  options.times.certificate = std::chrono::hours(1);
  const std::string file = write("key.pem", self_signed("old"));
  options.https.ssl = {{"ssl.keystore.type", "PEM"}, {"ssl.keystore.location", file}};
  EXPECT_EQ(name_of_server(Client(port())), "old");
  write("key.pem", self_signed("new"));
  EXPECT_EQ(name_of_server(Client(port())), "old");
}

}  // namespace
}  // namespace millrace::rest

#pragma once

#include "unit/rest/server_fixture.h"

#include <filesystem>
#include <fstream>
#include <string>

namespace millrace::rest {

/// A server with a folder for its files.
class AccessTest : public ServerTest {
 protected:
  AccessTest() {
    folder_ = std::filesystem::temp_directory_path() / "millrace-XXXXXX";
    ::mkdtemp(folder_.data());
  }
  ~AccessTest() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& text) {
    const std::string path = folder_ + "/" + name;
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  void use_cors(std::string_view origins, std::string_view methods = "") {
    options.access.cors = *Cors::make(origins, methods);
  }
  Reply from(const std::string& origin, const std::string& method = "GET",
             const std::string& more = "") {
    return call(method, "/connectors", "", "Origin: " + origin + "\r\n" + more);
  }

  std::string folder_;
};

/// The same, where clients have to say who they are.
class BasicAuthTest : public AccessTest {
 protected:
  void use_users(const std::string& properties) {
    const std::string users = write("users.properties", properties);
    use_jaas("KafkaConnect {\n " + std::string(module) + " required file=\"" + users + "\";\n};");
  }
  void use_jaas(const std::string& text) {
    Result<std::unique_ptr<BasicAuth>> auth = BasicAuth::open(write("jaas.conf", text));
    ASSERT_TRUE(auth) << auth.error().message();
    options.access.auth = *std::move(auth);
  }
  std::string problem(const std::string& jaas) {
    const Result<std::unique_ptr<BasicAuth>> auth = BasicAuth::open(write("jaas.conf", jaas));
    return auth ? "none" : auth.error().message();
  }
  Reply as(const std::string& authorization, const std::string& method = "GET",
           const std::string& target = "/connectors") {
    return call(method, target, "",
                authorization.empty() ? "" : "Authorization: " + authorization + "\r\n");
  }

  static constexpr const char* module =
      "org.apache.kafka.connect.rest.basic.auth.extension.PropertyFileLoginModule";
};

}  // namespace millrace::rest

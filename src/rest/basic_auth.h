#pragma once

#include "millrace/result.h"
#include "rest/http.h"
#include "security/jaas.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::rest {

/// Lets those through who give a name and a password that a file has.
/// Threads: any, once made.
/// Source:  org.apache.kafka.connect.rest.basic.auth.extension.BasicAuthSecurityRestExtension and
///          its PropertyFileLoginModule.
class BasicAuth {
 public:
  /// Reads the entry KafkaConnect of a JAAS file, and the properties files (name=password) of its
  /// modules.
  /// Errors (invalid_config, fatal): a file that cannot be read; a login module other than
  /// PropertyFileLoginModule; one without `file`.
  static Result<std::unique_ptr<BasicAuth>> open(const std::string& jaas_file);

  /// Also true for the calls between workers, which are signed instead.
  [[nodiscard]] bool admits(const Request& request) const;

 private:
  struct Module {
    security::JaasFlag flag = security::JaasFlag::required;
    std::map<std::string, std::string, std::less<>> users;  ///< name → password; empty: everybody
  };
  [[nodiscard]] bool admits(std::string_view name, std::string_view password) const;

  std::vector<Module> modules_;
};

}  // namespace millrace::rest

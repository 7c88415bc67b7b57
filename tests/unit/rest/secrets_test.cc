#include "base/secrets.h"
#include "rest/status.h"

#include <gtest/gtest.h>

namespace millrace::rest {
namespace {

TEST(ErrorResponse, ShowsNoSecret) {
  const secrets::Scope scope;
  secrets::add("0pen \"sesame\"");
  const Error error(ErrorCode::invalid_config, "Invalid value 0pen \"sesame\" for configuration x");
  EXPECT_EQ(error_response(error).body,
            R"({"error_code":400,"message":"Invalid value [hidden] for configuration x"})");
}

}  // namespace
}  // namespace millrace::rest

// The member `retry` of a reply, §4.1 of the specification.
#include <gtest/gtest.h>

#include "http/retry_flag.h"

#include <string>

namespace millrace::http {
namespace {

TEST(RetryFlagTest, SaysNoRetry) {
  for (const char* body : {R"({"retry":false})",
                           "{\n  \"retry\" : false\n}\n",
                           "\xEF\xBB\xBF{\"retry\":false}",
                           R"({"retry":false}   )",
                           R"({"a":1,"retry":false,"b":[1,{"retry":true}]})",
                           "{\"a\":\"x\ny\",\"retry\":false}",
                           R"({"retry":FALSE})",
                           R"({"retry":"false"})",
                           R"({"retry":"yes"})",
                           R"({"retry":""})",
                           R"({"retry":0})",
                           R"({"retry":1})",
                           R"({"retry":-1.5e3})",
                           R"({"retry":[false]})",
                           "{retry:false}",
                           "{'retry':false}",
                           R"({"retry"=false;"a"=1})",
                           R"(/*c*/{"retry":false}/*d*/)",
                           R"({"a":NaN,"retry":false})",
                           R"({"retry":true,"retry":false})",
                           R"({"a":[1,,2],"retry":false})",
                           R"({"retry":"\u0074rue!"})"}) {
    EXPECT_EQ(read_retry_flag(body), RetryFlag::no_retry) << body;
  }
}

TEST(RetryFlagTest, SaysRetry) {
  for (const char* body :
       {R"({"retry":true})", R"({"retry":"true"})", R"({"retry":"TRUE"})", R"({"retry":TrUe})",
        R"({"retry":[true]})", R"({"retry":["true"]})", R"({"retry":false,"retry":true})",
        R"({"retry" => true})", R"({"\u0072etry":true})"}) {
    EXPECT_EQ(read_retry_flag(body), RetryFlag::retry) << body;
  }
}

TEST(RetryFlagTest, IsUnknown) {
  for (const char* body : {R"({"retry":null})",
                           R"({"retry":{}})",
                           R"({"retry":[]})",
                           R"({"retry":[false,false]})",
                           R"({"retry":[null]})",
                           "{}",
                           R"({"Retry":false})",
                           R"({"a":{"retry":false}})",
                           "",
                           "null",
                           "text",
                           "OK",
                           R"([{"retry":false}])",
                           R"("retry")",
                           R"({"retry":false)",
                           R"({"retry":fal)",
                           R"({"retry":false,})",
                           R"({"retry":"\x"})",
                           R"({"retry":"\u00g0"})",
                           R"({"retry":false} x)",
                           R"({"retry":false}{})",
                           "{\"retry\":false // no end\n}",
                           R"({"retry":})",
                           R"({"retry" false})",
                           R"({"":1 "retry":false})",
                           "/* {\"retry\":false}",
                           "<html>retry:false</html>"}) {
    EXPECT_EQ(read_retry_flag(body), RetryFlag::unknown) << body;
  }
}

TEST(RetryFlagTest, IsUnknownWhereItIsNestedWithoutEnd) {
  EXPECT_EQ(read_retry_flag(std::string(1'000'000, '[')), RetryFlag::unknown);
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "{\"a\":";
  EXPECT_EQ(read_retry_flag(deep), RetryFlag::unknown);
}

}  // namespace
}  // namespace millrace::http

#include "base/secrets.h"

#include "base/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::secrets {
namespace {

using testing::ElementsAre;

TEST(Secrets, AreHiddenWhereverTheyStand) {
  const Scope scope;
  EXPECT_EQ(redact("user:Tr0ub4dor&3@host"), "user:Tr0ub4dor&3@host");
  add("Tr0ub4dor&3");
  EXPECT_EQ(redact("user:Tr0ub4dor&3@host, xTr0ub4dor&3x"), "user:[hidden]@host, x[hidden]x");
  EXPECT_EQ(redact("Tr0ub4dor&3"), "[hidden]");
  EXPECT_EQ(redact("Tr0ub4dor&"), "Tr0ub4dor&");
  EXPECT_EQ(redact(""), "");
}

TEST(Secrets, ShortOnesAreHiddenOnTheirOwnAlone) {
  const Scope scope;
  add("test");
  EXPECT_EQ(redact("test 'test' =test; test."), "[hidden] '[hidden]' =[hidden]; [hidden].");
  EXPECT_EQ(redact("the latest tests contest"), "the latest tests contest");
  EXPECT_EQ(redact("com.test.Thing test.Thing com.test"), "com.test.Thing test.Thing com.test")
      << "names of classes and settings";
  EXPECT_EQ(redact("étest"), "étest") << "a letter of more than one byte";
  add("eightlet");
  EXPECT_EQ(redact("eightlets"), "eightlets");
  add("ninechars");
  EXPECT_EQ(redact("ninecharss"), "[hidden]s");
}

TEST(Secrets, WhatStandsEverywhereIsNotLookedFor) {
  const Scope scope;
  for (const char* text : {"", "a", "abc", "true", "FALSE", "Null", "none"}) add(text);
  EXPECT_EQ(redact("a abc true FALSE Null none"), "a abc true FALSE Null none");
}

TEST(Secrets, LinesElementsAndBlanksAroundComeApart) {
  const Scope scope;
  add("  first-line-1 \r\nsecond-line\n");
  EXPECT_EQ(redact("<first-line-1> <second-line>"), "<[hidden]> <[hidden]>");
  add("broker-one:9092, broker-two:9092");
  EXPECT_EQ(redact("broker-two:9092/bootstrap"), "[hidden]/bootstrap");
  EXPECT_EQ(redact("broker-one:9092, broker-two:9092"), "[hidden]");
  add("-----BEGIN PRIVATE KEY-----\nMIIEvAIBADANBg\n-----END PRIVATE KEY-----\n");
  EXPECT_EQ(redact("-----BEGIN PRIVATE KEY----- MIIEvAIBADANBg"),
            "-----BEGIN PRIVATE KEY----- [hidden]");
  add("-----BEGIN KEY----- all on one line -----END KEY-----");
  EXPECT_EQ(redact("'-----BEGIN KEY----- all on one line -----END KEY-----'"), "'[hidden]'");
}

TEST(Secrets, ADocumentDoesNotComeApart) {
  const Scope scope;
  std::string text;
  for (int i = 0; i < 1'000; ++i) text += "number " + std::to_string(i) + "\n";
  add(text);
  EXPECT_EQ(redact("number 500"), "number 500");
  EXPECT_EQ(redact("<" + text + ">"), "<[hidden]>");
}

TEST(Secrets, ThoseThatOverlapLeaveNothingBetweenThem) {
  const Scope scope;
  add("abcdefghij");
  add("ghijklmnop");
  add("abcdefghijkl");
  EXPECT_EQ(redact("<abcdefghijklmnop>"), "<[hidden]>");
  EXPECT_EQ(redact("<abcdefghijkl>"), "<[hidden]>") << "the longest of those that begin alike";
}

TEST(Secrets, AScopeForgetsWhatItNotedAndNothingElse) {
  {
    const Scope outer;
    add("noted-in-outer");
    {
      const Scope inner;
      add("noted-in-inner");
      add("noted-in-outer");
      EXPECT_EQ(redact("noted-in-outer noted-in-inner"), "[hidden] [hidden]");
    }
    EXPECT_EQ(redact("noted-in-outer noted-in-inner"), "[hidden] noted-in-inner");
  }
  EXPECT_EQ(redact("noted-in-outer"), "noted-in-outer");
  add("noted-for-good");
  {
    const Scope scope;
    add("noted-for-good");
  }
  EXPECT_EQ(redact("noted-for-good"), "[hidden]");
}

TEST(Secrets, TheOldestAreForgottenAtLast) {
  add("the-oldest-one");
  for (int i = 10'000; i < 20'000; ++i) add(std::to_string(i) + "-later-one");
  EXPECT_EQ(redact("the-oldest-one 19999-later-one"), "the-oldest-one [hidden]");
}

TEST(Secrets, AnErrorKeepsItsClassesAndLosesItsSecrets) {
  const Scope scope;
  add("kafka");
  add("0pen-sesame");
  const Error error =
      Error{ErrorCode::invalid_config, "bad value 0pen-sesame"}
          .at("file 0pen-sesame")
          .caused_by(Error{ErrorCode::fatal, "org.apache.kafka.X", "kafka says 0pen-sesame"});
  const Error shown = redact(error);
  EXPECT_EQ(shown.code(), ErrorCode::invalid_config);
  EXPECT_EQ(shown.trace(),
            "org.apache.kafka.common.config.ConfigException: bad value [hidden]\n"
            "\tat file [hidden]\n"
            "Caused by: org.apache.kafka.X: [hidden] says [hidden]\n");
}

TEST(Secrets, DoNotReachTheLog) {
  const Scope scope;
  add("0pen-sesame");
  add("orders");
  const log::Capture capture;
  const log::Context context("[orders|task-0] ");
  log::logger("test.secrets").warn("try {} on orders", "0pen-sesame");
  EXPECT_THAT(capture.lines(), ElementsAre("WARN [orders|task-0] try [hidden] on [hidden]"));
}

TEST(Secrets, KeysTellByTheirNames) {
  for (const char* key : {"ssl.key.password", "producer.ssl.truststore.password", "clientsecret",
                          "consumer.override.sasl.jaas.config", "admin.ssl.keystore.key",
                          "sasl.oauthbearer.client.credentials.client.secret"}) {
    EXPECT_TRUE(is_secret_key(key)) << key;
  }
  for (const char* key : {"file", "ssl.keystore.location", "sasl.mechanism", "secret.name"}) {
    EXPECT_FALSE(is_secret_key(key)) << key;
  }
}

}  // namespace
}  // namespace millrace::secrets

// A few questions to a Kafka broker, for tests of the whole program. It goes to librdkafka itself,
// not through src/kafka: what is tested does not vouch for itself.
//
//   kafka_tool BROKER create TOPIC PARTITIONS [KEY=VALUE...]
//   kafka_tool BROKER produce TOPIC [PARTITION]     a message for each line of the standard input
//   kafka_tool BROKER keyed TOPIC [PARTITION]       the same for lines of KEY TAB VALUE; no
//                                                   TAB: a tombstone
//   kafka_tool BROKER values TOPIC                  all values up to the present end, a line each
//   kafka_tool BROKER read TOPIC                    partition TAB offset TAB key TAB value instead
//   kafka_tool BROKER put TOPIC KEY VALUE [NAME=VALUE...]  one message, with headers; - is null
//   kafka_tool BROKER everything TOPIC              partition TAB offset TAB timestamp TAB key TAB
//                                                   value and a TAB NAME=VALUE for each header, all
//                                                   but the numbers in hexadecimal; - is null
//   kafka_tool BROKER topic TOPIC [KEY...]          partitions, copies and settings: name TAB value
//   kafka_tool BROKER forbid PREFIX                 from now on nobody creates topics of such names
//   kafka_tool BROKER end TOPIC                     partition and end offset, a line each
//   kafka_tool BROKER committed GROUP TOPIC         partition and committed offset; -1: none
//   kafka_tool BROKER topics                        names, a line each
// Exit code: 0, or 1 with the cause on the standard error.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <librdkafka/rdkafka.h>

namespace {

constexpr int timeout_ms = 30'000;

[[noreturn]] void fail(const std::string& text) {
  std::fprintf(stderr, "kafka_tool: %s\n", text.c_str());
  std::exit(1);
}

void check(rd_kafka_resp_err_t error, const std::string& doing) {
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) fail(doing + ": " + rd_kafka_err2str(error));
}

/// A client that lives as long as the program.
rd_kafka_t* client(rd_kafka_type_t type, const std::map<std::string, std::string>& settings) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  char text[512];
  for (const auto& [key, value] : settings) {
    if (rd_kafka_conf_set(conf, key.c_str(), value.c_str(), text, sizeof text) !=
        RD_KAFKA_CONF_OK) {
      fail(text);
    }
  }
  if (type == RD_KAFKA_PRODUCER) {
    rd_kafka_conf_set_dr_msg_cb(conf, [](rd_kafka_t*, const rd_kafka_message_t* message, void*) {
      check(message->err, "message not delivered");
    });
  }
  rd_kafka_t* made = rd_kafka_new(type, conf, text, sizeof text);
  if (made == nullptr) fail(text);
  return made;
}

rd_kafka_t* consumer(const std::string& broker, const std::string& group) {
  return client(RD_KAFKA_CONSUMER, {{"bootstrap.servers", broker},
                                    {"group.id", group},
                                    {"enable.auto.commit", "false"},
                                    {"isolation.level", "read_uncommitted"}});
}

using Clock = std::chrono::steady_clock;
using Metadata = std::unique_ptr<const rd_kafka_metadata_t, decltype(&rd_kafka_metadata_destroy)>;

/// Asks once, and again until the answer is good or the patience is over: brokers do not tell when
/// something has come to them.
template <class Ask>
void ask_until_good(const Ask& ask, Clock::duration patience) {
  const Clock::time_point deadline = Clock::now() + patience;
  while (!ask() && Clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

/// Of one topic. A topic that was just made is waited for, with `patience`: the controller answers
/// before the broker has heard of it.
Metadata metadata_of(rd_kafka_t* kafka, const std::string& topic, Clock::duration patience) {
  rd_kafka_topic_t* handle = rd_kafka_topic_new(kafka, topic.c_str(), nullptr);
  Metadata metadata(nullptr, &rd_kafka_metadata_destroy);
  const auto ask = [&] {
    const rd_kafka_metadata_t* answer = nullptr;
    check(rd_kafka_metadata(kafka, 0, handle, &answer, timeout_ms), "metadata of " + topic);
    metadata.reset(answer);
    const rd_kafka_metadata_topic_t& found = answer->topics[0];
    bool ready = found.err == RD_KAFKA_RESP_ERR_NO_ERROR;
    for (int i = 0; ready && i < found.partition_cnt; ++i) ready = found.partitions[i].leader >= 0;
    return ready;
  };
  ask_until_good(ask, patience);
  check(metadata->topics[0].err, "topic " + topic);
  rd_kafka_topic_destroy(handle);
  return metadata;
}

constexpr std::chrono::seconds soon_there{15};

std::vector<std::int32_t> partitions_of(rd_kafka_t* kafka, const std::string& topic,
                                        Clock::duration patience = soon_there) {
  const Metadata metadata = metadata_of(kafka, topic, patience);
  std::vector<std::int32_t> result;
  for (int i = 0; i < metadata->topics[0].partition_cnt; ++i) {
    result.push_back(metadata->topics[0].partitions[i].id);
  }
  return result;
}

std::int64_t end_of(rd_kafka_t* kafka, const std::string& topic, std::int32_t partition) {
  std::int64_t low = 0;
  std::int64_t high = 0;
  check(rd_kafka_query_watermark_offsets(kafka, topic.c_str(), partition, &low, &high, timeout_ms),
        "end of " + topic);
  return high;
}

void create(const std::string& broker, const std::vector<std::string>& arguments) {
  rd_kafka_t* kafka = client(RD_KAFKA_PRODUCER, {{"bootstrap.servers", broker}});
  char text[512];
  rd_kafka_NewTopic_t* topic = rd_kafka_NewTopic_new(
      arguments.at(0).c_str(), std::stoi(arguments.at(1)), 1, text, sizeof text);
  if (topic == nullptr) fail(text);
  for (std::size_t i = 2; i < arguments.size(); ++i) {
    const std::size_t equals = arguments[i].find('=');
    check(rd_kafka_NewTopic_set_config(topic, arguments[i].substr(0, equals).c_str(),
                                       arguments[i].substr(equals + 1).c_str()),
          arguments[i]);
  }
  rd_kafka_queue_t* queue = rd_kafka_queue_new(kafka);
  rd_kafka_CreateTopics(kafka, &topic, 1, nullptr, queue);
  rd_kafka_event_t* event = rd_kafka_queue_poll(queue, timeout_ms);
  if (event == nullptr) fail("no answer in time");
  check(rd_kafka_event_error(event), "create " + arguments[0]);
  std::size_t count = 0;
  const rd_kafka_topic_result_t** results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
  check(rd_kafka_topic_result_error(results[0]), "create " + arguments[0]);
  metadata_of(kafka, arguments[0], soon_there);
}

void produce(const std::string& broker, const std::string& topic, std::int32_t partition,
             bool keyed) {
  rd_kafka_t* kafka = client(RD_KAFKA_PRODUCER, {{"bootstrap.servers", broker},
                                                 {"enable.idempotence", "true"},
                                                 {"linger.ms", "5"},
                                                 {"message.max.bytes", "100000000"}});
  std::string line;
  while (std::getline(std::cin, line)) {
    const std::size_t tab = keyed ? line.find('\t') : std::string::npos;
    const bool tombstone = keyed && tab == std::string::npos;
    const std::string_view key = std::string_view(line).substr(0, keyed ? tab : 0);
    const std::string_view value = std::string_view(line).substr(keyed ? tab + 1 : 0);
    while (true) {
      const rd_kafka_resp_err_t error =
          rd_kafka_producev(kafka, RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_PARTITION(partition),
                            RD_KAFKA_V_KEY(keyed ? key.data() : nullptr, key.size()),
                            RD_KAFKA_V_VALUE(tombstone ? nullptr : const_cast<char*>(value.data()),
                                             tombstone ? 0 : value.size()),
                            RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
      rd_kafka_poll(kafka, error == RD_KAFKA_RESP_ERR__QUEUE_FULL ? 100 : 0);
      if (error == RD_KAFKA_RESP_ERR__QUEUE_FULL) continue;
      check(error, "produce to " + topic);
      break;
    }
  }
  check(rd_kafka_flush(kafka, timeout_ms), "flush");
}

void put(const std::string& broker, const std::vector<std::string>& arguments) {
  rd_kafka_t* kafka = client(RD_KAFKA_PRODUCER, {{"bootstrap.servers", broker}});
  const auto data = [](const std::string& text) {
    return text == "-" ? nullptr : const_cast<char*>(text.data());
  };
  rd_kafka_headers_t* headers = rd_kafka_headers_new(arguments.size());
  for (std::size_t i = 3; i < arguments.size(); ++i) {
    const std::size_t equals = arguments[i].find('=');
    const std::string name = arguments[i].substr(0, equals);
    const std::string value = arguments[i].substr(equals + 1);
    rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()), data(value),
                        static_cast<ssize_t>(value == "-" ? 0 : value.size()));
  }
  const std::string& key = arguments[1];
  const std::string& value = arguments[2];
  check(rd_kafka_producev(kafka, RD_KAFKA_V_TOPIC(arguments[0].c_str()), RD_KAFKA_V_PARTITION(0),
                          RD_KAFKA_V_KEY(data(key), key.size()),
                          RD_KAFKA_V_VALUE(data(value), value.size()), RD_KAFKA_V_HEADERS(headers),
                          RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END),
        "produce to " + arguments[0]);
  check(rd_kafka_flush(kafka, timeout_ms), "flush");
}

void describe(const std::string& broker, const std::vector<std::string>& arguments) {
  rd_kafka_t* kafka = client(RD_KAFKA_PRODUCER, {{"bootstrap.servers", broker}});
  const Metadata metadata = metadata_of(kafka, arguments[0], soon_there);
  std::cout << "partitions\t" << metadata->topics[0].partition_cnt << "\ncopies\t"
            << metadata->topics[0].partitions[0].replica_cnt << '\n';
  rd_kafka_ConfigResource_t* resource =
      rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, arguments[0].c_str());
  rd_kafka_queue_t* queue = rd_kafka_queue_new(kafka);
  rd_kafka_DescribeConfigs(kafka, &resource, 1, nullptr, queue);
  rd_kafka_event_t* event = rd_kafka_queue_poll(queue, timeout_ms);
  if (event == nullptr) fail("no answer in time");
  check(rd_kafka_event_error(event), "settings of " + arguments[0]);
  std::size_t count = 0;
  const rd_kafka_ConfigResource_t** resources = rd_kafka_DescribeConfigs_result_resources(
      rd_kafka_event_DescribeConfigs_result(event), &count);
  const rd_kafka_ConfigEntry_t** entries = rd_kafka_ConfigResource_configs(resources[0], &count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = rd_kafka_ConfigEntry_name(entries[i]);
    const char* value = rd_kafka_ConfigEntry_value(entries[i]);
    for (std::size_t k = 1; k < arguments.size(); ++k) {
      if (name == arguments[k]) std::cout << name << '\t' << (value ? value : "-") << '\n';
    }
  }
}

void forbid(const std::string& broker, const std::string& prefix) {
  rd_kafka_t* kafka = client(RD_KAFKA_PRODUCER, {{"bootstrap.servers", broker}});
  char text[512];
  std::vector<rd_kafka_AclBinding_t*> rules;
  const auto rule = [&](rd_kafka_ResourceType_t type, const char* name,
                        rd_kafka_ResourcePatternType_t pattern, rd_kafka_AclOperation_t operation,
                        rd_kafka_AclPermissionType_t permission) {
    rules.push_back(rd_kafka_AclBinding_new(type, name, pattern, "User:ANONYMOUS", "*", operation,
                                            permission, text, sizeof text));
    if (rules.back() == nullptr) fail(text);
  };
  // Where there is a rule at all, what is not allowed is forbidden.
  const auto all_but_create = [&](rd_kafka_ResourceType_t type, const char* name,
                                  rd_kafka_ResourcePatternType_t pattern) {
    rule(type, name, pattern, RD_KAFKA_ACL_OPERATION_ALL, RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW);
    rule(type, name, pattern, RD_KAFKA_ACL_OPERATION_CREATE, RD_KAFKA_ACL_PERMISSION_TYPE_DENY);
  };
  all_but_create(RD_KAFKA_RESOURCE_BROKER, "kafka-cluster", RD_KAFKA_RESOURCE_PATTERN_LITERAL);
  all_but_create(RD_KAFKA_RESOURCE_TOPIC, prefix.c_str(), RD_KAFKA_RESOURCE_PATTERN_PREFIXED);
  rd_kafka_queue_t* queue = rd_kafka_queue_new(kafka);
  rd_kafka_CreateAcls(kafka, rules.data(), rules.size(), nullptr, queue);
  rd_kafka_event_t* event = rd_kafka_queue_poll(queue, timeout_ms);
  if (event == nullptr) fail("no answer in time");
  check(rd_kafka_event_error(event), "rules");
  std::size_t count = 0;
  const rd_kafka_acl_result_t** results =
      rd_kafka_CreateAcls_result_acls(rd_kafka_event_CreateAcls_result(event), &count);
  for (std::size_t i = 0; i < count; ++i) {
    if (const rd_kafka_error_t* error = rd_kafka_acl_result_error(results[i])) {
      fail(rd_kafka_error_string(error));
    }
  }
}

void print(const rd_kafka_message_t& message, bool everything) {
  const auto bytes = [](const void* data, std::size_t size) {
    return data == nullptr ? std::string_view("(null)")
                           : std::string_view(static_cast<const char*>(data), size);
  };
  if (everything) {
    std::cout << message.partition << '\t' << message.offset << '\t'
              << bytes(message.key, message.key_len) << '\t';
  }
  std::cout << bytes(message.payload, message.len) << '\n';
}

std::string hex(const void* data, std::size_t size) {
  if (data == nullptr) return "-";
  std::string text;
  char digits[3];
  for (std::size_t i = 0; i < size; ++i) {
    std::snprintf(digits, sizeof digits, "%02x", static_cast<const unsigned char*>(data)[i]);
    text += digits;
  }
  return text;
}

void print_everything(const rd_kafka_message_t& message) {
  std::cout << message.partition << '\t' << message.offset << '\t'
            << rd_kafka_message_timestamp(&message, nullptr) << '\t'
            << hex(message.key, message.key_len) << '\t' << hex(message.payload, message.len);
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR) {
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    for (std::size_t i = 0;
         rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
         ++i) {
      std::cout << '\t' << hex(name, std::string_view(name).size()) << '=' << hex(value, size);
    }
  }
  std::cout << '\n';
}

enum class Form { values, plain, everything };

/// Partition by partition, so that the answer has an order.
void read(const std::string& broker, const std::string& topic, Form form) {
  rd_kafka_t* kafka = consumer(broker, "kafka_tool");
  for (const std::int32_t partition : partitions_of(kafka, topic)) {
    const std::int64_t end = end_of(kafka, topic, partition);
    rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, topic.c_str(), partition)->offset =
        RD_KAFKA_OFFSET_BEGINNING;
    check(rd_kafka_assign(kafka, list), "assign");
    for (std::int64_t next = 0; next < end;) {
      rd_kafka_message_t* message = rd_kafka_consumer_poll(kafka, timeout_ms);
      if (message == nullptr) fail("no message of " + topic + " in time");
      if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        next = message->offset + 1;
        if (form == Form::everything) {
          print_everything(*message);
        } else {
          print(*message, form == Form::plain);
        }
      }
      rd_kafka_message_destroy(message);
    }
    rd_kafka_topic_partition_list_destroy(list);
  }
}

void committed(const std::string& broker, const std::string& group, const std::string& topic) {
  rd_kafka_t* kafka = consumer(broker, group);
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(1);
  for (const std::int32_t partition : partitions_of(kafka, topic)) {
    rd_kafka_topic_partition_list_add(list, topic.c_str(), partition);
  }
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
  const auto ask = [&] {
    error = rd_kafka_committed(kafka, list, timeout_ms);
    // A broker that has just started is a group's coordinator a moment later.
    return error != RD_KAFKA_RESP_ERR_NOT_COORDINATOR &&
           error != RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE &&
           error != RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS;
  };
  ask_until_good(ask, std::chrono::milliseconds(timeout_ms));
  check(error, "offsets of " + group);
  for (int i = 0; i < list->cnt; ++i) {
    const rd_kafka_topic_partition_t& one = list->elems[i];
    std::cout << one.partition << '\t' << (one.offset < 0 ? -1 : one.offset) << '\n';
  }
}

void topics(const std::string& broker) {
  rd_kafka_t* kafka = client(RD_KAFKA_PRODUCER, {{"bootstrap.servers", broker}});
  const rd_kafka_metadata_t* metadata = nullptr;
  check(rd_kafka_metadata(kafka, 1, nullptr, &metadata, timeout_ms), "metadata");
  for (int i = 0; i < metadata->topic_cnt; ++i) std::cout << metadata->topics[i].topic << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  const std::vector<std::string> all(argv + 1, argv + argc);
  if (all.size() < 2) fail("BROKER and a command are needed");
  const std::string& broker = all[0];
  const std::string& command = all[1];
  const std::vector<std::string> rest(all.begin() + 2, all.end());
  if (command == "create" && rest.size() >= 2) {
    create(broker, rest);
  } else if (command == "produce" && !rest.empty()) {
    produce(broker, rest[0], rest.size() > 1 ? std::stoi(rest[1]) : 0, false);
  } else if (command == "keyed" && !rest.empty()) {
    produce(broker, rest[0], rest.size() > 1 ? std::stoi(rest[1]) : 0, true);
  } else if (command == "values" && rest.size() == 1) {
    read(broker, rest[0], Form::values);
  } else if (command == "read" && rest.size() == 1) {
    read(broker, rest[0], Form::plain);
  } else if (command == "everything" && rest.size() == 1) {
    read(broker, rest[0], Form::everything);
  } else if (command == "put" && rest.size() >= 3) {
    put(broker, rest);
  } else if (command == "topic" && !rest.empty()) {
    describe(broker, rest);
  } else if (command == "forbid" && rest.size() == 1) {
    forbid(broker, rest[0]);
  } else if (command == "end" && rest.size() == 1) {
    rd_kafka_t* kafka = consumer(broker, "kafka_tool");
    for (const std::int32_t partition : partitions_of(kafka, rest[0], {})) {
      std::cout << partition << '\t' << end_of(kafka, rest[0], partition) << '\n';
    }
  } else if (command == "committed" && rest.size() == 2) {
    committed(broker, rest[0], rest[1]);
  } else if (command == "topics") {
    topics(broker);
  } else {
    fail("unknown command " + command);
  }
  std::cout.flush();
  std::_Exit(0);  // clients take their time to close
}

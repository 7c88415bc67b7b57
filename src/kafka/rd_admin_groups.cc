// What RdAdmin does with consumer groups.
#include "kafka/rd_admin.h"
#include "kafka/rd_log.h"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <string_view>
#include <thread>

namespace millrace::kafka {

namespace {

template <auto destroy>
struct Destroy {
  void operator()(auto* object) const { destroy(object); }
};
template <class T, auto destroy>
using Owned = std::unique_ptr<T, Destroy<destroy>>;
using Event = Owned<rd_kafka_event_t, rd_kafka_event_destroy>;

Error group_error(rd_kafka_resp_err_t code, std::string_view what, std::string_view detail) {
  Error error = error_from(code, what, detail);
  const bool has_members = code == RD_KAFKA_RESP_ERR_NON_EMPTY_GROUP ||
                           code == RD_KAFKA_RESP_ERR_GROUP_SUBSCRIBED_TO_TOPIC ||
                           code == RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID;
  if (has_members) return {ErrorCode::conflict, error.java_class(), error.message()};
  // Topics that are not there may come later, but nobody waits for that here.
  if (code != RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) return error;
  return {ErrorCode::fatal, error.java_class(), error.message()};
}

/// One request to the group's coordinator and its answer.
struct Operation {
  rd_kafka_t* client;
  rd_kafka_admin_op_t kind;
  std::chrono::milliseconds timeout;
  const std::string& what;  ///< for messages: "cannot list the offsets of group 'connect-x'"

  /// start: sends the request. Errors: the answer as a whole.
  Result<Event> run(
      const std::function<void(const rd_kafka_AdminOptions_t*, rd_kafka_queue_t*)>& start) const {
    const int limit = static_cast<int>(std::clamp<std::int64_t>(timeout.count(), 1, 3'600'000));
    const Owned<rd_kafka_AdminOptions_t, rd_kafka_AdminOptions_destroy> options(
        rd_kafka_AdminOptions_new(client, kind));
    std::array<char, 256> problem{};
    rd_kafka_AdminOptions_set_request_timeout(options.get(), limit, problem.data(), problem.size());
    const Owned<rd_kafka_queue_t, rd_kafka_queue_destroy> queue(rd_kafka_queue_new(client));
    start(options.get(), queue.get());
    Event event(rd_kafka_queue_poll(queue.get(), limit + 1000));
    if (!event) return error_from(RD_KAFKA_RESP_ERR__TIMED_OUT, what);
    if (const rd_kafka_resp_err_t err = rd_kafka_event_error(event.get());
        err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return group_error(err, what, rd_kafka_event_error_string(event.get()));
    }
    return event;
  }
};

/// Asks until there is an answer, or an error that will not go away, within the time: a coordinator
/// may be on its way to another broker, or still reading what was committed.
/// ask: takes the time that is left.
template <class Ask>
auto persist(std::chrono::milliseconds timeout, const Ask& ask) -> decltype(ask(timeout)) {
  using std::chrono::steady_clock;
  constexpr std::chrono::milliseconds pause(200);
  const auto deadline = steady_clock::now() + timeout;
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now());
    auto answer = ask(left);
    if (answer || answer.error().code() != ErrorCode::retriable ||
        steady_clock::now() + pause >= deadline) {
      return answer;
    }
    std::this_thread::sleep_for(pause);
  }
}

/// The one group that a request was about; its own error, unless that is one to pass over.
Result<const rd_kafka_group_result_t*> single(const rd_kafka_group_result_t** groups,
                                              std::size_t count, const std::string& what,
                                              rd_kafka_resp_err_t fine) {
  if (count != 1) return error_from(RD_KAFKA_RESP_ERR__BAD_MSG, what, "no group in the answer");
  if (const rd_kafka_error_t* error = rd_kafka_group_result_error(groups[0])) {
    const rd_kafka_resp_err_t code = rd_kafka_error_code(error);
    if (code != fine) return group_error(code, what, rd_kafka_error_string(error));
  }
  return groups[0];
}

/// The first partition that has an error of its own.
Result<void> check_partitions(const rd_kafka_group_result_t& group, const std::string& what) {
  const rd_kafka_topic_partition_list_t* partitions = rd_kafka_group_result_partitions(&group);
  for (int i = 0; partitions != nullptr && i < partitions->cnt; ++i) {
    const rd_kafka_topic_partition_t& one = partitions->elems[i];
    if (one.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return group_error(one.err, fmt::format("{}: {}-{}", what, one.topic, one.partition), {});
    }
  }
  return {};
}

/// What a group has committed; partitions without a commit are left out.
Result<PartitionOffsets> committed_in(const rd_kafka_group_result_t& group,
                                      const std::string& what) {
  MILLRACE_TRY(check_partitions(group, what));
  PartitionOffsets offsets;
  const rd_kafka_topic_partition_list_t* partitions = rd_kafka_group_result_partitions(&group);
  for (int i = 0; partitions != nullptr && i < partitions->cnt; ++i) {
    const rd_kafka_topic_partition_t& one = partitions->elems[i];
    if (one.offset >= 0) offsets.insert_or_assign({one.topic, one.partition}, one.offset);
  }
  return offsets;
}

}  // namespace

/// A client for requests about one group, made for each attempt, so that it does not remember where
/// the coordinator was. A consumer, although it never joins: librdkafka takes for granted that who
/// fetches offsets has a group, and crashes otherwise when the coordinator is another one by now
/// (https://github.com/confluentinc/librdkafka/issues/5040).
Result<Handle> RdAdmin::group_client(const std::string& group) const {
  Result<NativeSettings> settings = settings_again_();
  if (!settings) return std::move(settings.error());
  settings->set("group.id", group);
  settings->set("enable.auto.commit", "false");
  return make_handle(ClientKind::consumer, *settings, nullptr, [](rd_kafka_conf_t* conf) {
    rd_kafka_conf_set_error_cb(conf, [](rd_kafka_t* client, int code, const char* reason, void*) {
      static_cast<void>(log_client_error(client, code, reason));
    });
  });
}

Result<PartitionOffsets> RdAdmin::group_offsets(const std::string& group) {
  const std::string what = fmt::format("cannot list the offsets of group '{}'", group);
  return persist(
      settings_.default_api_timeout,
      [&](std::chrono::milliseconds left) -> Result<PartitionOffsets> {
        const Result<Handle> client = group_client(group);
        if (!client) return client.error();
        const Operation operation{client->get(), RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS, left,
                                  what};
        const Owned<rd_kafka_ListConsumerGroupOffsets_t, rd_kafka_ListConsumerGroupOffsets_destroy>
            request(rd_kafka_ListConsumerGroupOffsets_new(group.c_str(), nullptr));
        const Result<Event> event = operation.run([&](const auto* options, auto* queue) {
          rd_kafka_ListConsumerGroupOffsets_t* requests[] = {request.get()};
          rd_kafka_ListConsumerGroupOffsets(operation.client, requests, 1, options, queue);
        });
        if (!event) return event.error();
        std::size_t count = 0;
        const rd_kafka_group_result_t** groups = rd_kafka_ListConsumerGroupOffsets_result_groups(
            rd_kafka_event_ListConsumerGroupOffsets_result(event->get()), &count);
        const auto answer = single(groups, count, what, RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND);
        if (!answer) return answer.error();
        return committed_in(**answer, what);
      });
}

Result<void> RdAdmin::set_group_offsets(const std::string& group, const PartitionOffsets& offsets) {
  const std::string what = fmt::format("cannot set offsets of group '{}'", group);
  return persist(
      settings_.default_api_timeout, [&](std::chrono::milliseconds left) -> Result<void> {
        const Result<Handle> client = group_client(group);
        if (!client) return client.error();
        const Operation operation{client->get(), RD_KAFKA_ADMIN_OP_ALTERCONSUMERGROUPOFFSETS, left,
                                  what};
        const PartitionList list = to_list(offsets);
        const Owned<rd_kafka_AlterConsumerGroupOffsets_t,
                    rd_kafka_AlterConsumerGroupOffsets_destroy>
            request(rd_kafka_AlterConsumerGroupOffsets_new(group.c_str(), list.get()));
        const Result<Event> event = operation.run([&](const auto* options, auto* queue) {
          rd_kafka_AlterConsumerGroupOffsets_t* requests[] = {request.get()};
          rd_kafka_AlterConsumerGroupOffsets(operation.client, requests, 1, options, queue);
        });
        if (!event) return event.error();
        std::size_t count = 0;
        const rd_kafka_group_result_t** groups = rd_kafka_AlterConsumerGroupOffsets_result_groups(
            rd_kafka_event_AlterConsumerGroupOffsets_result(event->get()), &count);
        const auto answer = single(groups, count, what, RD_KAFKA_RESP_ERR_NO_ERROR);
        if (!answer) return answer.error();
        return check_partitions(**answer, what);
      });
}

Result<void> RdAdmin::delete_group_offsets(const std::string& group,
                                           const PartitionSet& partitions) {
  const std::string what = fmt::format("cannot delete offsets of group '{}'", group);
  return persist(
      settings_.default_api_timeout, [&](std::chrono::milliseconds left) -> Result<void> {
        const Result<Handle> client = group_client(group);
        if (!client) return client.error();
        const Operation operation{client->get(), RD_KAFKA_ADMIN_OP_DELETECONSUMERGROUPOFFSETS, left,
                                  what};
        const PartitionList list = to_list(partitions);
        const Owned<rd_kafka_DeleteConsumerGroupOffsets_t,
                    rd_kafka_DeleteConsumerGroupOffsets_destroy>
            request(rd_kafka_DeleteConsumerGroupOffsets_new(group.c_str(), list.get()));
        const Result<Event> event = operation.run([&](const auto* options, auto* queue) {
          rd_kafka_DeleteConsumerGroupOffsets_t* requests[] = {request.get()};
          rd_kafka_DeleteConsumerGroupOffsets(operation.client, requests, 1, options, queue);
        });
        if (!event) {
          if (event.error().message().find("GROUP_ID_NOT_FOUND") != std::string::npos) return {};
          return event.error();
        }
        std::size_t count = 0;
        const rd_kafka_group_result_t** groups = rd_kafka_DeleteConsumerGroupOffsets_result_groups(
            rd_kafka_event_DeleteConsumerGroupOffsets_result(event->get()), &count);
        const auto answer = single(groups, count, what, RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND);
        if (!answer) return answer.error();
        return check_partitions(**answer, what);
      });
}

Result<void> RdAdmin::delete_group(const std::string& group) {
  const std::string what = fmt::format("cannot delete group '{}'", group);
  return persist(
      settings_.default_api_timeout, [&](std::chrono::milliseconds left) -> Result<void> {
        const Result<Handle> client = group_client(group);
        if (!client) return client.error();
        const Operation operation{client->get(), RD_KAFKA_ADMIN_OP_DELETEGROUPS, left, what};
        const Owned<rd_kafka_DeleteGroup_t, rd_kafka_DeleteGroup_destroy> request(
            rd_kafka_DeleteGroup_new(group.c_str()));
        const Result<Event> event = operation.run([&](const auto* options, auto* queue) {
          rd_kafka_DeleteGroup_t* requests[] = {request.get()};
          rd_kafka_DeleteGroups(operation.client, requests, 1, options, queue);
        });
        if (!event) return event.error();
        std::size_t count = 0;
        const rd_kafka_group_result_t** groups = rd_kafka_DeleteGroups_result_groups(
            rd_kafka_event_DeleteGroups_result(event->get()), &count);
        const auto answer = single(groups, count, what, RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND);
        if (!answer) return answer.error();
        return {};
      });
}

}  // namespace millrace::kafka

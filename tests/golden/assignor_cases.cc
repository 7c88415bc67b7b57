// The life of a leader: round after round, what it tells its members (rules A2 to A9).
#include "golden/golden.h"
#include "group/incremental_assignor.h"

#include <charconv>
#include <stdexcept>

namespace millrace::golden {

namespace {

using std::chrono::milliseconds;

group::Task task_from(const std::string& text) {
  const std::size_t dash = text.rfind('-');
  group::Task task{text.substr(0, dash), 0};
  const char* end = text.data() + text.size();
  if (dash == std::string::npos ||
      std::from_chars(text.data() + dash + 1, end, task.number).ptr != end) {
    throw std::runtime_error("not a task: " + text);
  }
  return task;
}

group::Work work_from(const Json& json) {
  group::Work work;
  for (const Json& connector : json.at("connectors")) work.connectors.insert(connector);
  for (const Json& task : json.at("tasks")) work.tasks.insert(task_from(task));
  return work;
}

Json to_json(const group::Work& work) {
  Json json = {{"connectors", work.connectors}, {"tasks", Json::array()}};
  for (const group::Task& task : work.tasks) {
    json["tasks"].push_back(task.connector + "-" + std::to_string(task.number));
  }
  return json;
}

group::Round round_from(const Json& json, milliseconds max_delay) {
  group::Round round;
  round.now = milliseconds(json.at("now_ms").get<std::int64_t>());
  round.max_delay = max_delay;
  round.last_completed_generation = json.at("last_completed_generation");
  round.generation = json.at("generation");
  for (const auto& [connector, count] : json.at("configured_tasks").items()) {
    round.configured[connector] = count;
  }
  for (const Json& member : json.at("member_order")) {
    round.claims.emplace_back(member, work_from(json.at("claims").at(std::string(member))));
  }
  return round;
}

bool agrees(const Json& expect, const group::RoundResult& got, const group::LeaderMemory& memory) {
  if (milliseconds(expect.at("delay_ms").get<std::int64_t>()) != got.delay) return false;
  const milliseconds end(expect.at("scheduled_at_ms").get<std::int64_t>());
  if (end != memory.delay_end.value_or(milliseconds(0))) return false;
  if (expect.at("members").size() != got.members.size()) return false;
  for (const auto& [member, change] : got.members) {
    const Json& want = expect.at("members").at(member);
    if (work_from(want.at("assigned")) != change.assigned) return false;
    if (work_from(want.at("revoked")) != change.revoked) return false;
  }
  return true;
}

Json shown(const group::RoundResult& got, const group::LeaderMemory& memory) {
  Json json = {{"delay_ms", got.delay.count()},
               {"scheduled_at_ms", memory.delay_end.value_or(milliseconds(0)).count()},
               {"members", Json::object()}};
  for (const auto& [member, change] : got.members) {
    json["members"][member] = {{"assigned", to_json(change.assigned)},
                               {"revoked", to_json(change.revoked)}};
  }
  return json;
}

Outcome run_assignor_case(const Json& golden_case) {
  const milliseconds max_delay(
      golden_case.at("scheduled_rebalance_max_delay_ms").get<std::int64_t>());
  group::LeaderMemory memory;
  std::size_t number = 0;
  for (const Json& json : golden_case.at("rounds")) {
    ++number;
    const group::RoundResult got = assign_incrementally(memory, round_from(json, max_delay));
    if (!agrees(json.at("expect"), got, memory)) {
      return Mismatch{"round " + std::to_string(number) + " of a life with max.delay " +
                          std::to_string(max_delay.count()) + ": " + json.dump(),
                      shown(got, memory).dump()};
    }
  }
  return std::nullopt;
}

const KindRow row("assignor", run_assignor_case);

}  // namespace

}  // namespace millrace::golden

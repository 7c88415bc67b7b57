#include "group/incremental_assignor.h"

#include <algorithm>
#include <utility>

namespace millrace::group {

namespace {

using std::chrono::milliseconds;

struct Plan {
  std::string member;
  Work claims;
  Work planned;  // what it will have, before revocations for the sake of balance are carried out
  Work revoked;
};

/// One round from top to bottom; the functions stand in the order in which they are called.
class RoundRun {
 public:
  RoundRun(LeaderMemory& memory, const Round& round) : memory_(memory), round_(round) {
    for (const auto& [member, claims] : round.claims)
      plans_.push_back({member, claims, claims, {}});
  }

  RoundResult run() {
    correct_memory();
    compare();
    plan_kept_work();
    place_lost_work();
    if (memory_.delay == milliseconds(0)) {
      balance();
    } else {
      memory_.revoked_for_balance = false;
    }
    hand_out(&Work::connectors);
    hand_out(&Work::tasks);
    return finish();
  }

 private:
  /// A2, A3: what was planned may never have been delivered, or was not given up.
  void correct_memory() {
    if (memory_.generation != round_.last_completed_generation) memory_.handed_out = {};
    for (const Plan& plan : plans_) {
      claimed_twice_.add(common(plan.claims, claimed_));
      claimed_.add(plan.claims);
    }
    if (!common(claimed_, memory_.revoked).empty()) memory_.handed_out = claimed_;
    memory_.revoked = {};
  }

  /// A4
  void compare() {
    for (const auto& [connector, count] : round_.configured) {
      configured_.connectors.insert(connector);
      for (std::int32_t number = 0; number < count; ++number) {
        configured_.tasks.insert({connector, number});
      }
    }
    deleted_ = without(memory_.handed_out, configured_);
    lost_ = without(without(memory_.handed_out, claimed_), deleted_);
    created_ = without(without(configured_, memory_.handed_out), claimed_);
  }

  /// A5: what two members hold is taken from both, and comes back as new in the next round.
  void plan_kept_work() {
    Work unwanted = deleted_;
    unwanted.add(claimed_twice_);
    for (Plan& plan : plans_) {
      plan.planned = without(plan.claims, unwanted);
      plan.revoked = common(plan.claims, unwanted);
    }
  }

  /// A6: at once, at the end of the delay, or not yet.
  void place_lost_work() {
    if (lost_.empty() && !memory_.revoked_for_balance) return end_delay();
    if ((!memory_.delay_end && all_are_still_there()) || round_.max_delay == milliseconds(0)) {
      lost_now_ = lost_;
      return;
    }
    if (memory_.delay_end && round_.now >= *memory_.delay_end) {
      give_to_candidates();
      end_delay();
      memory_.revoked_for_balance = false;
      return;
    }
    wait_for_return();
  }

  void end_delay() {
    memory_.candidates.clear();
    memory_.delay_end.reset();
    memory_.delay = milliseconds(0);
  }

  [[nodiscard]] bool all_are_still_there() const {
    return std::ranges::all_of(memory_.members, [this](const std::string& member) {
      return std::ranges::find(plans_, member, &Plan::member) != plans_.end();
    });
  }

  /// Those who came with nothing while work was missing are probably those who lost it.
  void give_to_candidates() {
    std::vector<Plan*> takers;
    for (const std::string& candidate : memory_.candidates) {
      const auto plan = std::ranges::find(plans_, candidate, &Plan::member);
      if (plan != plans_.end()) takers.push_back(&*plan);
    }
    if (takers.empty()) {
      lost_now_ = lost_;
      return;
    }
    std::size_t turn = 0;
    for (const std::string& connector : lost_.connectors) {
      takers[turn++ % takers.size()]->planned.connectors.insert(connector);
    }
    turn = 0;
    for (const Task& task : lost_.tasks) {
      takers[turn++ % takers.size()]->planned.tasks.insert(task);
    }
  }

  void wait_for_return() {
    std::vector<std::string>& candidates = memory_.candidates;
    for (const Plan& plan : plans_) {
      if (plan.planned.empty() && std::ranges::find(candidates, plan.member) == candidates.end()) {
        candidates.push_back(plan.member);
      }
    }
    memory_.delay = memory_.delay_end && round_.now < *memory_.delay_end
                        ? std::min(*memory_.delay_end - round_.now, round_.max_delay)
                        : round_.max_delay;
    memory_.delay_end = round_.now + memory_.delay;
  }

  /// A7: who has too much gives it up; when that goes on for round after round, with growing
  /// pauses.
  void balance() {
    std::vector<Work> surplus(plans_.size());
    find_surplus(&Work::connectors, surplus);
    find_surplus(&Work::tasks, surplus);
    const bool any = std::ranges::any_of(surplus, [](const Work& one) { return !one.empty(); });
    if (!any) {
      if (memory_.revoked_for_balance) memory_.revoking_rounds = 0;
      memory_.revoked_for_balance = false;
      return;
    }
    if (memory_.revoked_for_balance) {
      ++memory_.revoking_rounds;
      memory_.delay = pause();
      if (memory_.delay > milliseconds(0)) {
        memory_.delay_end = round_.now + memory_.delay;
        return;
      }
    }
    memory_.revoked_for_balance = true;
    for (std::size_t i = 0; i < plans_.size(); ++i) plans_[i].revoked.add(surplus[i]);
  }

  template <class Kind>
  void find_surplus(Kind Work::*kind, std::vector<Work>& surplus) const {
    const std::size_t total = (configured_.*kind).size();
    const std::size_t least = total / plans_.size();
    const std::size_t extra = total % plans_.size();
    const auto size = [kind](const Plan& plan) { return (plan.planned.*kind).size(); };
    const auto with = [&](std::size_t number) {
      return static_cast<std::size_t>(
          std::ranges::count_if(plans_, [&](const Plan& plan) { return size(plan) == number; }));
    };
    if (total == 0 || with(0) == plans_.size()) return;
    if (with(least + 1) == extra && with(least) == plans_.size() - extra) return;
    std::size_t may_keep_more = extra;
    for (std::size_t i = 0; i < plans_.size(); ++i) {
      if (size(plans_[i]) <= least) continue;
      std::size_t keep = least;
      if (may_keep_more > 0) {
        --may_keep_more;
        ++keep;
      }
      // What it brought along goes first, what it was only just dealt goes last.
      const Kind& planned = plans_[i].planned.*kind;
      const Kind& claims = plans_[i].claims.*kind;
      for (const bool brought : {true, false}) {
        for (const auto& one : planned) {
          if ((surplus[i].*kind).size() + keep >= planned.size()) break;
          if (claims.contains(one) == brought) (surplus[i].*kind).insert(one);
        }
      }
    }
  }

  [[nodiscard]] milliseconds pause() const {
    milliseconds pause(1);
    for (int i = 0; i < memory_.revoking_rounds && pause < round_.max_delay; ++i) pause *= 40;
    return std::min(pause, round_.max_delay);
  }

  /// A8: what is new, then what was lost, to those who have least.
  /// They stand in order once, by what they have; then the first of them, and all behind it that
  /// have no more, get one each, and so on.
  template <class Kind>
  void hand_out(Kind Work::*kind) {
    std::vector<typename Kind::value_type> work((created_.*kind).begin(), (created_.*kind).end());
    work.insert(work.end(), (lost_now_.*kind).begin(), (lost_now_.*kind).end());
    const auto load = [kind](const Plan* plan) { return (plan->planned.*kind).size(); };
    std::vector<Plan*> order;
    for (Plan& plan : plans_) order.push_back(&plan);
    std::ranges::sort(order, {},
                      [&load](const Plan* plan) { return std::pair(load(plan), plan->member); });
    std::size_t turn = 0;
    std::size_t run = 0;
    for (const auto& one : work) {
      if (turn == run) {
        const std::size_t first = load(order.front());
        run = static_cast<std::size_t>(
            std::ranges::find_if(order, [&](const Plan* plan) { return load(plan) > first; }) -
            order.begin());
        turn = 0;
      }
      (order[turn++]->planned.*kind).insert(one);
    }
  }

  /// A9
  RoundResult finish() {
    RoundResult result;
    result.delay = memory_.delay;
    memory_.handed_out = {};
    memory_.members.clear();
    for (Plan& plan : plans_) {
      memory_.members.insert(plan.member);
      memory_.handed_out.add(plan.planned);
      memory_.revoked.add(plan.revoked);
    }
    memory_.handed_out.remove(memory_.revoked);
    memory_.handed_out.add(lost_);
    memory_.generation = round_.generation;
    for (Plan& plan : plans_) {
      Work keeps = without(std::move(plan.planned), plan.revoked);
      Work assigned = without(keeps, without(plan.claims, deleted_));
      result.members[plan.member] = {std::move(assigned), std::move(plan.revoked),
                                     std::move(keeps)};
    }
    return result;
  }

  LeaderMemory& memory_;
  const Round& round_;
  std::vector<Plan> plans_;
  Work configured_, claimed_, claimed_twice_, deleted_, lost_, created_;
  Work lost_now_;  // lost work that is handed out like new work
};

}  // namespace

RoundResult assign_incrementally(LeaderMemory& memory, const Round& round) {
  if (round.claims.empty()) return {};
  return RoundRun(memory, round).run();
}

}  // namespace millrace::group

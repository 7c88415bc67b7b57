// A member of a group of Connect workers without a worker around it, for tests: it joins, is told
// what to run, runs nothing, and says on its standard output what happens, a JSON object a line.
//
//   group_tool WORKER_FILE URL      settings of a distributed worker; the address to advertise
// Commands on the standard input, a line each:
//   config OFFSET [CONNECTOR=TASKS...]    what the config topic holds; joins when that is new
//   join REASON | leave REASON
// The end of the input: leaves and ends with 0. A member that cannot be one ends the program
// with 1.
#include "config/properties.h"
#include "config/worker_config.h"
#include "group/member.h"

#include <nlohmann/json.hpp>

#include <cstdlib>
#include <iostream>
#include <mutex>
#include <sstream>
#include <string>

namespace {

using namespace millrace;
using namespace millrace::group;
using Json = nlohmann::ordered_json;

void say(const Json& json) {
  std::cout << json.dump() << std::endl;  // flushed: the test waits for it
}

Json to_json(const Work& work) {
  Json list = Json::array();
  for (const std::string& connector : work.connectors) list.push_back(connector);
  for (const Task& task : work.tasks) {
    list.push_back(task.connector + "-" + std::to_string(task.number));
  }
  return list;
}

/// Does at once, on the member's own thread, what a herder does on its own: stopping and starting
/// take no time here.
class Herder final : public GroupHost {
 public:
  void serve(GroupMember& member) { member_ = &member; }

  void configure(ConfigSnapshot config) {
    const std::lock_guard lock(mutex_);
    if (config.offset == config_->offset) return;
    config_ = std::make_shared<const ConfigSnapshot>(std::move(config));
    member_->join(seen_, "the configuration has changed");
  }
  void join(const std::string& reason) {
    const std::lock_guard lock(mutex_);
    member_->join(seen_, reason);
  }

  std::shared_ptr<const ConfigSnapshot> config() override {
    const std::lock_guard lock(mutex_);
    return config_;
  }
  void rejoin_wanted(EventNumber event, const RejoinWanted& rejoin) override {
    say({{"event", "rejoin_wanted"}, {"reason", rejoin.reason}, {"stop_first", rejoin.stop_first}});
    follow(event, "as the group wants");
  }
  void assigned(EventNumber event, const Assigned& assigned) override {
    say({{"event", "assigned"},
         {"generation", assigned.generation},
         {"protocol", to_string(assigned.protocol)},
         {"member", assigned.member},
         {"leading", assigned.leading},
         {"leader_url", assigned.leader_url},
         {"error", static_cast<int>(assigned.error)},
         {"offset", assigned.config_offset},
         {"held", to_json(assigned.held)},
         {"revoked", to_json(assigned.revoked)},
         {"delay", assigned.delay.count()}});
    const std::lock_guard lock(mutex_);
    seen_ = event;
    if (!assigned.revoked.empty()) {  // H5
      member_->join(seen_, "what was revoked has stopped");
    } else if (assigned.error == AssignmentError::none &&
               config_->offset > assigned.config_offset) {  // H3
      member_->join(seen_, "the configuration has gone on");
    }
  }
  void coordinator_lost(EventNumber event) override {
    say({{"event", "coordinator_lost"}});
    follow(event, "all work has stopped");
  }
  void failed(EventNumber, const Error& error) override {
    say({{"event", "failed"}, {"class", error.java_class()}, {"message", error.message()}});
    std::_Exit(1);
  }

 private:
  void follow(EventNumber event, const std::string& reason) {
    const std::lock_guard lock(mutex_);
    seen_ = event;
    member_->join(seen_, reason);
  }

  std::mutex mutex_;
  std::shared_ptr<const ConfigSnapshot> config_ = std::make_shared<const ConfigSnapshot>();
  EventNumber seen_ = 0;
  GroupMember* member_ = nullptr;
};

[[noreturn]] void fail(const Error& error) {
  say({{"event", "failed"}, {"class", error.java_class()}, {"message", error.message()}});
  std::_Exit(1);
}

ConfigSnapshot read_config(std::istringstream& words) {
  ConfigSnapshot config;
  words >> config.offset;
  for (std::string word; words >> word;) {
    const std::size_t equals = word.find('=');
    config.connectors[word.substr(0, equals)] = std::stoi(word.substr(equals + 1));
  }
  return config;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const Result<ConfigMap> properties = config::read_properties(argv[1]);
  if (!properties) fail(properties.error());
  const Result<Config> worker = config::distributed_config_def().parse(*properties);
  if (!worker) fail(worker.error());
  const std::string url = argv[2];
  Result<GroupSettings> settings = read_group_settings(*worker, url.substr(url.find("//") + 2));
  if (!settings) fail(settings.error());
  const SystemClock clock;
  Herder herder;
  auto member = GroupMember::make(std::move(*settings), url, herder, clock);
  if (!member) fail(member.error());
  herder.serve(**member);
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string command;
    std::string rest;
    words >> command;
    if (command == "config") {
      herder.configure(read_config(words));
    } else if (command == "join") {
      herder.join("the test wants it");
    } else if (command == "leave") {
      (*member)->leave("the test wants it");
    }
  }
  (*member)->close(std::chrono::seconds(10));
  return 0;
}

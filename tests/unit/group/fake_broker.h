#pragma once

#include "base/mutex.h"
#include "group/messages.h"
#include "group/settings.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <future>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace millrace::group {

/// A broker on a free port of the loopback that says what a test tells it to: real sockets, frames
/// and versions, and no Kafka behind them. Left alone, it coordinates a group of one member.
/// Threads: a test's own, and one for each connection.
class FakeBroker {
 public:
  FakeBroker();
  ~FakeBroker();
  FakeBroker(const FakeBroker&) = delete;
  FakeBroker& operator=(const FakeBroker&) = delete;

  [[nodiscard]] Endpoint endpoint() const { return {"127.0.0.1", port_}; }

  struct Request {
    Api api{};
    std::int16_t version = 0;
    std::string client_id;
    std::string body;
  };
  /// What a JoinGroup said; read from the request's own bytes.
  struct Join {
    std::string group, member, protocol_type, reason;
    std::int32_t session_ms = 0, rebalance_ms = 0;
    std::vector<std::pair<std::string, std::string>> protocols;
  };
  static Join read_join(const Request& request);
  /// Member id → assignment of a SyncGroup.
  static std::map<std::string, std::string> read_sync(const Request& request);
  /// Member id of a Heartbeat or LeaveGroup, generation of a Heartbeat.
  static std::pair<std::string, std::int32_t> read_heartbeat(const Request& request);
  static std::string read_leave(const Request& request);

  struct JoinAnswer {
    std::int16_t error = 0;
    std::int32_t generation = 1;
    std::string protocol = "sessioned";
    std::string leader = "m1";
    std::string member = "m1";
    std::vector<std::pair<std::string, std::string>> members;
  };

  // The next request of that kind is answered so; several wait for their turn.
  void next_error(Api api, std::int16_t error);  ///< an answer that holds nothing else
  /// The same, but not before `when` is ready.
  void next_error_when(Api api, std::int16_t error, std::shared_future<void> when);
  void next_join(JoinAnswer answer);
  void next_join_when(JoinAnswer answer, std::shared_future<void> when);
  void next_sync(std::string assignment);
  void next_coordinator(Endpoint endpoint);
  void next_silence(Api api);  ///< is not answered
  void next_cut(Api api);      ///< ends the connection instead
  void next_bytes(Api api, std::string body);

  void cut_connections();  ///< all that there are
  void vanish();  ///< as behind a pulled cable: the connections there are hear nothing any more
  void refuse_connections(bool refuse) { refuse_ = refuse; }  ///< new ones are closed at once
  /// What ApiVersions tells; by default everything that we support.
  void limit_versions(Api api, std::int16_t oldest, std::int16_t newest);

  /// The n-th request of that kind, from 1 on; fails the test when it does not come.
  Request wait_for(Api api, std::size_t number = 1);
  [[nodiscard]] std::size_t count(Api api) const;
  [[nodiscard]] int connections() const { return connections_; }

 private:
  using Answer = std::function<std::optional<std::string>(const Request&, bool& cut)>;
  void accept();
  void serve(int socket);
  std::optional<std::string> answer(const Request& request, bool& cut);
  std::string standard_answer(const Request& request);
  void next(Api api, Answer answer);

  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> refuse_ = false;
  std::atomic<bool> ending_ = false;
  std::atomic<int> connections_ = 0;

  mutable Mutex mutex_;
  CondVar changed_;
  std::vector<Request> requests_ GUARDED_BY(mutex_);
  std::map<Api, std::list<Answer>> answers_ GUARDED_BY(mutex_);
  std::map<Api, std::pair<std::int16_t, std::int16_t>> versions_ GUARDED_BY(mutex_);
  std::vector<int> sockets_ GUARDED_BY(mutex_);
  std::int32_t generation_ GUARDED_BY(mutex_) = 0;
  std::string protocol_ GUARDED_BY(mutex_);
  std::vector<std::thread> servers_ GUARDED_BY(mutex_);
  std::thread acceptor_;
};

/// The bodies of answers, in the form of their version.
std::string join_answer(const FakeBroker::JoinAnswer& answer, std::int16_t version);
std::string sync_answer(std::int16_t error, const std::string& assignment, std::int16_t version);

}  // namespace millrace::group

#pragma once

#include "group/connection.h"
#include "group/messages.h"
#include "millrace/result.h"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace millrace::group {

/// The group's coordinator: found through any broker of the cluster, then spoken to on a connection
/// of its own. Belongs to the loop's thread.
///
/// Errors as Connection's; fatal: also a coordinator look-up that the cluster refuses.
class Coordinator {
 public:
  Coordinator(const Network& network, std::string group_id);
  ~Coordinator();
  Coordinator(const Coordinator&) = delete;
  Coordinator& operator=(const Coordinator&) = delete;

  /// One attempt, by the next broker in turn. done: not from within this call, and not after forget
  /// or another find. On success the cluster's brokers are known, too.
  void find(std::function<void(Result<void>)> done);
  [[nodiscard]] bool known() const { return connection_ != nullptr; }
  /// It is not the coordinator any more, or does not answer. Requests that wait get `reason`.
  void forget(const Error& reason);
  /// Called when the connection to it is lost.
  void on_lost(std::function<void(const Error&)> lost) { lost_ = std::move(lost); }

  /// Only while it is known.
  void send(Api api, Connection::Encode encode, std::chrono::milliseconds limit,
            Connection::Answered answered);
  /// On a connection of its own: an answer that the coordinator still owes us on the usual one
  /// (JoinGroup may take a minute) would hold this up.
  void send_apart(Api api, Connection::Encode encode, std::chrono::milliseconds limit,
                  Connection::Answered answered);
  [[nodiscard]] std::string address() const;

 private:
  using Handler = std::function<void(Result<void>)>;
  void look_up(const std::shared_ptr<Connection>& broker);
  void ask_for_coordinator(const std::shared_ptr<Connection>& broker);
  void connect(const Node& node, const std::shared_ptr<Connection>& broker);
  void adopt(std::shared_ptr<Connection> connection);
  void finish(Result<void> result);
  void renew(std::function<void(Result<void>)> done);
  Endpoint next_broker();

  const Network network_;
  const std::string group_id_;
  std::vector<Endpoint> brokers_;  // as the cluster names them; empty: not asked yet
  std::size_t turn_ = 0;
  std::size_t in_vain_ = 0;                // attempts since the last that found it
  std::shared_ptr<Connection> searching_;  // the connection that the attempt waits for
  Handler done_;
  std::shared_ptr<Connection> connection_;  // null: not known
  std::function<void(const Error&)> lost_;
};

}  // namespace millrace::group

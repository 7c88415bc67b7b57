#pragma once

#include "peers/peer_client.h"
#include "unit/rest/server_fixture.h"

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace millrace::rest {

/// Other workers, as far as a forwarded request sees them.
class FakePeers final : public peers::PeerClient {
 public:
  Result<peers::PeerAnswer> send(const peers::PeerRequest& request,
                                 std::chrono::milliseconds timeout) override {
    const MutexLock lock(mutex_);
    requests_.push_back(request);
    timeout_ = timeout;
    changed_.notify_all();
    while (holding(request) && !stopped_) changed_.wait(mutex_);
    if (stopped_) return Error{ErrorCode::retriable, "stopped"};
    return answer_;
  }
  void stop() override {
    const MutexLock lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
  }

  void answer_with(Result<peers::PeerAnswer> answer) {
    const MutexLock lock(mutex_);
    answer_ = std::move(answer);
  }
  /// Requests whose URL has this in it wait; empty: none does.
  void hold(const std::string& part) {
    const MutexLock lock(mutex_);
    held_ = part;
    changed_.notify_all();
  }
  void wait_for_requests(std::size_t count) {
    const MutexLock lock(mutex_);
    while (requests_.size() < count) changed_.wait(mutex_);
  }
  std::vector<peers::PeerRequest> requests() {
    const MutexLock lock(mutex_);
    return requests_;
  }
  std::chrono::milliseconds timeout() {
    const MutexLock lock(mutex_);
    return timeout_;
  }

 private:
  bool holding(const peers::PeerRequest& request) REQUIRES(mutex_) {
    return !held_.empty() && request.url.find(held_) != std::string::npos;
  }

  Mutex mutex_;
  CondVar changed_;
  std::vector<peers::PeerRequest> requests_ GUARDED_BY(mutex_);
  Result<peers::PeerAnswer> answer_ GUARDED_BY(mutex_) = peers::PeerAnswer{204, ""};
  std::chrono::milliseconds timeout_ GUARDED_BY(mutex_){0};
  std::string held_ GUARDED_BY(mutex_);
  bool stopped_ GUARDED_BY(mutex_) = false;
};

/// A worker that finds that another one leads.
class ForwardTest : public ServerTest {
 protected:
  ForwardTest() {
    options.peers = peers;
    herder.leader = "http://leader:8083/";
  }
  void peer_says(int status, const std::string& body = "") {
    peers->answer_with(peers::PeerAnswer{status, body});
  }
  peers::PeerRequest last() {
    const std::vector<peers::PeerRequest> all = peers->requests();
    return all.empty() ? peers::PeerRequest{"none", ""} : all.back();
  }

  std::shared_ptr<FakePeers> peers = std::make_shared<FakePeers>();
};

}  // namespace millrace::rest

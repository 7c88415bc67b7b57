#include "group/member.h"

#include "base/log.h"
#include "base/thread.h"
#include "group/coordinator.h"
#include "group/membership.h"
#include "group/stream.h"
#include "group/tokens.h"

#include <fmt/format.h>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <functional>
#include <future>
#include <optional>
#include <thread>
#include <utility>

namespace millrace::group {

class GroupMember::Impl {  // its members belong to thread_ once that runs
 public:
  Impl(GroupSettings settings, std::string url, GroupHost& host, const Clock& clock,
       std::shared_ptr<boost::asio::ssl::context> tls)
      : settings_(std::move(settings)),
        loop_(std::make_shared<Loop>(clock)),
        tokens_(make_tokens()),
        coordinator_(Network{*loop_, settings_.network, std::move(tls), tokens_.get()},
                     settings_.group_id),
        membership_(*loop_, settings_, std::move(url), coordinator_, host),
        work_(boost::asio::make_work_guard(loop_->io())),
        thread_(start_thread("group", [this] {
          const log::Context context(fmt::format("[Worker clientId={}, groupId={}] ",
                                                 settings_.network.client_id, settings_.group_id));
          loop_->io().run();
        })) {}

  ~Impl() { stop(); }

  /// What is posted afterwards is not done any more.
  void stop() {
    loop_->io().stop();
    if (thread_.joinable()) thread_.join();
  }
  void post(std::function<void(Membership&)> work) {
    boost::asio::post(loop_->io(), [this, work = std::move(work)] { work(membership_); });
  }
  void check_time() {
    boost::asio::post(loop_->io(), [this] { loop_->check_time(); });
  }

 private:
  std::unique_ptr<Tokens> make_tokens() {
    const std::optional<SaslSettings>& sasl = settings_.network.sasl;
    return sasl && sasl->oauth ? std::make_unique<Tokens>(loop_, *sasl->oauth) : nullptr;
  }

  const GroupSettings settings_;
  const std::shared_ptr<Loop> loop_;  // shared with threads that fetch tokens
  const std::unique_ptr<Tokens> tokens_;
  Coordinator coordinator_;
  Membership membership_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::thread thread_;  // last: joined before the rest is destroyed
};

Result<std::unique_ptr<GroupMember>> GroupMember::make(GroupSettings settings, std::string url,
                                                       GroupHost& host, const Clock& clock) {
  std::shared_ptr<boost::asio::ssl::context> tls;
  if (settings.network.tls) {
    Result<std::shared_ptr<boost::asio::ssl::context>> made =
        make_tls_context(*settings.network.tls);
    if (!made) return made.error();
    tls = std::move(*made);
  }
  return std::unique_ptr<GroupMember>(new GroupMember(
      std::make_unique<Impl>(std::move(settings), std::move(url), host, clock, std::move(tls))));
}

GroupMember::GroupMember(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
GroupMember::~GroupMember() = default;

void GroupMember::join(EventNumber seen, std::string reason) {
  impl_->post([seen, reason = std::move(reason)](Membership& membership) {
    membership.join(seen, reason);
  });
}

void GroupMember::leave(std::string reason) {
  impl_->post(
      [reason = std::move(reason)](Membership& membership) { membership.leave(reason, nullptr); });
}

void GroupMember::forget_work() {
  impl_->post([](Membership& membership) { membership.forget_work(); });
}

void GroupMember::close(std::chrono::milliseconds limit) {
  const auto gone = std::make_shared<std::promise<void>>();
  std::future<void> future = gone->get_future();
  impl_->post([gone](Membership& membership) {
    membership.leave("the worker is shutting down", [gone] { gone->set_value(); });
  });
  future.wait_for(limit);
  impl_->stop();
}

void GroupMember::check_time() { impl_->check_time(); }

}  // namespace millrace::group

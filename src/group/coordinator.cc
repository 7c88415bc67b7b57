#include "group/coordinator.h"

#include "group/group_terms.h"
#include "kafka/rd_client.h"

#include <fmt/format.h>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace millrace::group {

namespace {

using std::chrono::milliseconds;

/// So long may a broker take to be reached at first: another one may be quicker. The limit doubles
/// with every round through them.
constexpr milliseconds first_setup{1000};

const Error unwanted{ErrorCode::retriable, "not needed any more"};

}  // namespace

Coordinator::Coordinator(const Network& network, std::string group_id)
    : network_(network), group_id_(std::move(group_id)) {}

Coordinator::~Coordinator() {
  if (searching_) searching_->drop();
  if (connection_) connection_->drop();
}

std::string Coordinator::address() const {
  return connection_ ? to_string(connection_->endpoint()) : std::string("unknown");
}

Endpoint Coordinator::next_broker() {
  // Those that the cluster named, then those of the settings: it may have moved altogether.
  const std::vector<Endpoint>& bootstrap = network_.settings.bootstrap;
  const std::size_t at = turn_++ % (brokers_.size() + bootstrap.size());
  return at < brokers_.size() ? brokers_[at] : bootstrap[at - brokers_.size()];
}

void Coordinator::find(Handler done) {
  if (searching_) std::exchange(searching_, nullptr)->close(unwanted);
  done_ = std::move(done);
  const std::size_t all = brokers_.size() + network_.settings.bootstrap.size();
  const auto rounds = std::min<std::size_t>(in_vain_++ / all, 10);
  const milliseconds setup =
      std::min(first_setup * (1 << rounds), network_.settings.connection_setup);
  const auto broker = std::make_shared<Connection>(network_, next_broker());
  searching_ = broker;
  broker->open(setup, [this, broker](const Result<void>& opened) {
    if (!opened) return finish(opened.error());
    look_up(broker);
  });
}

void Coordinator::look_up(const std::shared_ptr<Connection>& broker) {
  broker->send(Api::metadata, encode_metadata, network_.settings.request_timeout,
               [this, broker](Result<Connection::Reply> reply) {
                 if (broker != searching_) return;
                 if (!reply) return finish(reply.error());
                 const auto answer = decode_metadata_response(reply->body, reply->version);
                 if (!answer) return finish(answer.error());
                 brokers_.clear();
                 for (const Node& node : answer->brokers) {
                   brokers_.push_back({node.host, static_cast<std::uint16_t>(node.port)});
                 }
                 ask_for_coordinator(broker);
               });
}

void Coordinator::ask_for_coordinator(const std::shared_ptr<Connection>& broker) {
  broker->send(
      Api::find_coordinator,
      [this](std::int16_t version) { return encode_find_coordinator(group_id_, version); },
      network_.settings.request_timeout,
      [this, broker](Result<Connection::Reply> reply) {
        if (broker != searching_) return;
        if (!reply) return finish(reply.error());
        const auto answer = decode_find_coordinator(reply->body, reply->version);
        if (!answer) return finish(answer.error());
        if (answer->error != 0) {
          return finish(kafka::error_from(
              answer->error, fmt::format("cannot find the coordinator of group '{}'", group_id_),
              answer->message.value_or(std::string())));
        }
        connect(answer->node, broker);
      });
}

void Coordinator::connect(const Node& node, const std::shared_ptr<Connection>& broker) {
  const Endpoint endpoint{node.host, static_cast<std::uint16_t>(node.port)};
  if (endpoint == broker->endpoint()) {
    searching_ = nullptr;
    adopt(broker);
    return finish({});
  }
  const auto connection = std::make_shared<Connection>(network_, endpoint);
  searching_ = connection;
  broker->close(unwanted);
  connection->open(network_.settings.connection_setup,
                   [this, connection](const Result<void>& opened) {
                     if (!opened) return finish(opened.error());
                     searching_ = nullptr;
                     adopt(connection);
                     finish({});
                   });
}

void Coordinator::adopt(std::shared_ptr<Connection> connection) {
  if (connection_) connection_->close(unwanted);
  connection_ = std::move(connection);
  connection_->on_closed([this, expected = connection_.get()](const Error& why) {
    if (connection_.get() != expected) return;
    connection_ = nullptr;
    if (lost_) lost_(why);
  });
  in_vain_ = 0;
  logger().info("group {}: the coordinator is broker {}", group_id_, address());
}

void Coordinator::finish(Result<void> result) {
  if (const auto searching = std::exchange(searching_, nullptr)) searching->close(unwanted);
  if (const Handler done = std::exchange(done_, nullptr)) done(std::move(result));
}

void Coordinator::forget(const Error& reason) {
  done_ = nullptr;
  if (const auto searching = std::exchange(searching_, nullptr)) searching->close(unwanted);
  if (const auto connection = std::exchange(connection_, nullptr)) connection->close(reason);
}

void Coordinator::renew(Handler done) {
  const auto next = std::make_shared<Connection>(network_, connection_->endpoint());
  next->open(network_.settings.connection_setup,
             [this, next, former = connection_, done = std::move(done)](Result<void> opened) {
               if (!opened || connection_ != former) {  // another one may have taken over
                 next->close(unwanted);
                 return done(!opened || connection_ ? std::move(opened) : Result<void>(unwanted));
               }
               // What the former one still owes us comes; it goes with its last answer.
               if (former->idle()) former->close(unwanted);
               former->on_closed(nullptr);
               connection_ = nullptr;
               adopt(next);
               done({});
             });
}

void Coordinator::send(Api api, Connection::Encode encode, milliseconds limit,
                       Connection::Answered answered) {
  if (connection_->worn_out()) {
    return renew([this, api, limit, encode = std::move(encode),
                  answered = std::move(answered)](const Result<void>& renewed) mutable {
      if (!renewed) return answered(renewed.error());
      connection_->send(api, encode, limit, std::move(answered));
    });
  }
  connection_->send(api, encode, limit, std::move(answered));
}

void Coordinator::send_apart(Api api, Connection::Encode encode, milliseconds limit,
                             Connection::Answered answered) {
  const auto apart = std::make_shared<Connection>(network_, connection_->endpoint());
  apart->open(std::min(limit, network_.settings.connection_setup),
              [apart, api, limit, encode = std::move(encode),
               answered = std::move(answered)](const Result<void>& opened) {
                if (!opened) return answered(opened.error());
                apart->send(api, encode, limit, [apart, answered](Result<Connection::Reply> reply) {
                  answered(std::move(reply));
                  apart->close(unwanted);
                });
              });
}

}  // namespace millrace::group

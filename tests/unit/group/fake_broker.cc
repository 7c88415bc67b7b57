#include "unit/group/fake_broker.h"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <algorithm>
#include <chrono>

namespace millrace::group {

namespace {

constexpr Api all_apis[] = {Api::metadata,       Api::find_coordinator, Api::join_group,
                            Api::heartbeat,      Api::leave_group,      Api::sync_group,
                            Api::sasl_handshake, Api::api_versions,     Api::sasl_authenticate};

bool receive(int socket, char* room, std::size_t size) {
  while (size > 0) {
    const ssize_t got = ::recv(socket, room, size, 0);
    if (got <= 0) return false;
    room += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

void write_node(Writer& out, const Endpoint& endpoint) {
  out.int32(1);
  out.text(endpoint.host);
  out.int32(endpoint.port);
}

std::string coordinator_answer(std::int16_t error, const Endpoint& endpoint, std::int16_t version) {
  Writer out(form_of(Api::find_coordinator, version));
  out.int32(0);
  if (version >= 4) {
    out.array(1);
    out.text("g");
    write_node(out, endpoint);
    out.int16(error);
    out.nullable_text(std::nullopt);
    out.end();
  } else {
    out.int16(error);
    out.nullable_text(std::nullopt);
    write_node(out, endpoint);
  }
  out.end();
  return out.take();
}

std::string metadata_answer(const Endpoint& endpoint, std::int16_t version) {
  Writer out(form_of(Api::metadata, version));
  out.int32(0);
  out.array(1);
  write_node(out, endpoint);
  out.nullable_text(std::nullopt);
  out.end();
  out.nullable_text("cluster");
  out.int32(1);
  out.array(0);
  if (version >= 8 && version <= 10) out.int32(0);
  out.end();
  return out.take();
}

std::string plain_error(Api api, std::int16_t error, std::int16_t version) {
  if (api == Api::find_coordinator) return coordinator_answer(error, {"", 0}, version);
  if (api == Api::join_group) {
    return join_answer(
        {.error = error, .generation = -1, .protocol = "", .leader = "", .member = ""}, version);
  }
  if (api == Api::sync_group) return sync_answer(error, "", version);
  Writer out(form_of(api, version));
  if (api == Api::sasl_handshake) {
    out.int16(error);
    out.array(1);
    out.text("GSSAPI");
    return out.take();
  }
  if (api == Api::sasl_authenticate) {
    out.int16(error);
    out.nullable_text(error == 0 ? std::nullopt : std::optional<std::string>("go away"));
    out.bytes("");
    if (version >= 1) out.int64(0);
    out.end();
    return out.take();
  }
  out.int32(0);
  out.int16(error);
  if (api == Api::leave_group && version >= 3) out.array(0);
  out.end();
  return out.take();
}

}  // namespace

std::string join_answer(const FakeBroker::JoinAnswer& answer, std::int16_t version) {
  Writer out(form_of(Api::join_group, version));
  out.int32(0);
  out.int16(answer.error);
  out.int32(answer.generation);
  if (version >= 7) out.nullable_text("connect");
  out.text(answer.protocol);
  out.text(answer.leader);
  if (version >= 9) out.boolean(false);
  out.text(answer.member);
  out.array(answer.members.size());
  for (const auto& [id, metadata] : answer.members) {
    out.text(id);
    if (version >= 5) out.nullable_text(std::nullopt);
    out.bytes(metadata);
    out.end();
  }
  out.end();
  return out.take();
}

std::string sync_answer(std::int16_t error, const std::string& assignment, std::int16_t version) {
  Writer out(form_of(Api::sync_group, version));
  out.int32(0);
  out.int16(error);
  if (version >= 5) {
    out.nullable_text("connect");
    out.nullable_text("sessioned");
  }
  out.bytes(assignment);
  out.end();
  return out.take();
}

FakeBroker::FakeBroker() {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
  ::listen(listener_, 16);
  socklen_t size = sizeof address;
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  for (const Api api : all_apis) {
    versions_[api] = {support_of(api).oldest, support_of(api).newest};
  }
  acceptor_ = std::thread([this] { accept(); });
}

FakeBroker::~FakeBroker() {
  ending_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  ::close(listener_);
  cut_connections();
  std::vector<std::thread> servers;
  {
    const MutexLock lock(mutex_);
    servers.swap(servers_);
  }
  for (std::thread& server : servers) server.join();
}

void FakeBroker::accept() {
  while (!ending_) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) continue;
    if (refuse_ || ending_) {
      ::close(socket);
      continue;
    }
    ++connections_;
    const MutexLock lock(mutex_);
    sockets_.push_back(socket);
    servers_.emplace_back([this, socket] { serve(socket); });
  }
}

void FakeBroker::serve(int socket) {
  while (true) {
    std::array<char, 4> prefix{};
    if (!receive(socket, prefix.data(), prefix.size())) break;
    std::string frame(static_cast<std::size_t>(Reader({prefix.data(), 4}).int32("size")), '\0');
    if (!receive(socket, frame.data(), frame.size())) break;
    Reader in(frame);
    Request request;
    request.api = static_cast<Api>(in.int16("api"));
    request.version = in.int16("version");
    const std::int32_t correlation = in.int32("correlation");
    request.client_id = in.text("client_id");
    const bool compact = form_of(request.api, request.version) == Form::compact;
    if (compact) in.unsigned_varint("tags");
    request.body = frame.substr(frame.size() - in.left());
    bool cut = false;
    const std::optional<std::string> body = answer(request, cut);
    if (cut) break;
    if (!body) continue;
    Writer out;
    const bool tagged = compact && request.api != Api::api_versions;
    out.int32(static_cast<std::int32_t>(4 + (tagged ? 1 : 0) + body->size()));
    out.int32(correlation);
    if (tagged) out.unsigned_varint(0);
    out.raw(*body);
    const std::string& bytes = out.written();
    if (::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0) break;
  }
  const MutexLock lock(mutex_);
  std::erase(sockets_, socket);
  ::close(socket);
}

void FakeBroker::cut_connections() {
  const MutexLock lock(mutex_);
  for (const int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
}

void FakeBroker::vanish() {
  sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0);  // of a packet is let through
  const sock_fprog filter{1, &nothing};
  const MutexLock lock(mutex_);
  for (const int socket : sockets_) {
    EXPECT_EQ(::setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter), 0);
  }
}

std::optional<std::string> FakeBroker::answer(const Request& request, bool& cut) {
  Answer scripted;
  {
    const MutexLock lock(mutex_);
    requests_.push_back(request);
    changed_.notify_all();
    if (auto& list = answers_[request.api]; !list.empty()) {
      scripted = std::move(list.front());
      list.pop_front();
    }
  }
  return scripted ? scripted(request, cut) : std::optional<std::string>(standard_answer(request));
}

std::string FakeBroker::standard_answer(const Request& request) {
  const MutexLock lock(mutex_);
  switch (request.api) {
    case Api::api_versions: {
      Writer out(form_of(Api::api_versions, request.version));
      out.int16(0);
      out.array(versions_.size());
      for (const auto& [api, range] : versions_) {
        out.int16(static_cast<std::int16_t>(api));
        out.int16(range.first);
        out.int16(range.second);
        out.end();
      }
      if (request.version >= 1) out.int32(0);
      out.end();
      return out.take();
    }
    case Api::metadata: return metadata_answer(endpoint(), request.version);
    case Api::find_coordinator: return coordinator_answer(0, endpoint(), request.version);
    case Api::join_group: {
      const Join join = read_join(request);
      protocol_ = join.protocols.front().first;
      const std::string member = join.member.empty() ? "m1" : join.member;
      return join_answer({.generation = ++generation_,
                          .protocol = protocol_,
                          .leader = member,
                          .member = member,
                          .members = {{member, join.protocols.front().second}}},
                         request.version);
    }
    case Api::sync_group: {
      const std::map<std::string, std::string> assignments = read_sync(request);
      return sync_answer(0, assignments.empty() ? "" : assignments.begin()->second,
                         request.version);
    }
    default: return plain_error(request.api, 0, request.version);
  }
}

void FakeBroker::next(Api api, Answer answer) {
  const MutexLock lock(mutex_);
  answers_[api].push_back(std::move(answer));
}
void FakeBroker::next_error(Api api, std::int16_t error) {
  next(api,
       [=](const Request& request, bool&) { return plain_error(api, error, request.version); });
}
void FakeBroker::next_error_when(Api api, std::int16_t error, std::shared_future<void> when) {
  next(api, [=](const Request& request, bool&) {
    when.wait();
    return plain_error(api, error, request.version);
  });
}
void FakeBroker::next_join(JoinAnswer answer) {
  next(Api::join_group, [answer = std::move(answer)](const Request& request, bool&) {
    return join_answer(answer, request.version);
  });
}
void FakeBroker::next_join_when(JoinAnswer answer, std::shared_future<void> when) {
  next(Api::join_group,
       [answer = std::move(answer), when = std::move(when)](const Request& request, bool&) {
         when.wait();
         return join_answer(answer, request.version);
       });
}
void FakeBroker::next_sync(std::string assignment) {
  next(Api::sync_group, [assignment = std::move(assignment)](const Request& request, bool&) {
    return sync_answer(0, assignment, request.version);
  });
}
void FakeBroker::next_coordinator(Endpoint endpoint) {
  next(Api::find_coordinator, [endpoint = std::move(endpoint)](const Request& request, bool&) {
    return coordinator_answer(0, endpoint, request.version);
  });
}
void FakeBroker::next_silence(Api api) {
  next(api, [](const Request&, bool&) { return std::optional<std::string>(); });
}
void FakeBroker::next_cut(Api api) {
  next(api, [](const Request&, bool& cut) {
    cut = true;
    return std::optional<std::string>();
  });
}
void FakeBroker::next_bytes(Api api, std::string body) {
  next(api, [body = std::move(body)](const Request&, bool&) { return body; });
}

void FakeBroker::limit_versions(Api api, std::int16_t oldest, std::int16_t newest) {
  const MutexLock lock(mutex_);
  versions_[api] = {oldest, newest};
}

FakeBroker::Request FakeBroker::wait_for(Api api, std::size_t number) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  const MutexLock lock(mutex_);
  while (true) {
    std::size_t left = number;
    for (const Request& request : requests_) {
      if (request.api == api && --left == 0) return request;
    }
    if (!changed_.wait_until(mutex_, deadline)) {
      ADD_FAILURE() << "no request " << number << " of " << support_of(api).name;
      return {};
    }
  }
}

std::size_t FakeBroker::count(Api api) const {
  const MutexLock lock(mutex_);
  return static_cast<std::size_t>(std::ranges::count(requests_, api, &Request::api));
}

FakeBroker::Join FakeBroker::read_join(const Request& request) {
  Reader in(request.body, form_of(request.api, request.version));
  Join join;
  join.group = in.text("group");
  join.session_ms = in.int32("session");
  join.rebalance_ms = in.int32("rebalance");
  join.member = in.text("member");
  if (request.version >= 5) in.nullable_text("instance");
  join.protocol_type = in.text("type");
  for (std::size_t left = in.array("protocols"); left > 0; --left) {
    std::string name = in.text("name");
    join.protocols.emplace_back(std::move(name), in.bytes("metadata"));
    in.end();
  }
  if (request.version >= 8) join.reason = in.nullable_text("reason").value_or("");
  in.end();
  EXPECT_TRUE(in.result("JoinGroup")) << in.result("JoinGroup").error().message();
  EXPECT_EQ(in.left(), 0U);
  return join;
}

std::map<std::string, std::string> FakeBroker::read_sync(const Request& request) {
  Reader in(request.body, form_of(request.api, request.version));
  in.text("group");
  in.int32("generation");
  in.text("member");
  if (request.version >= 3) in.nullable_text("instance");
  if (request.version >= 5) in.nullable_text("type");
  if (request.version >= 5) in.nullable_text("protocol");
  std::map<std::string, std::string> assignments;
  for (std::size_t left = in.array("assignments"); left > 0; --left) {
    std::string member = in.text("member");
    assignments[std::move(member)] = in.bytes("assignment");
    in.end();
  }
  in.end();
  EXPECT_TRUE(in.result("SyncGroup")) << in.result("SyncGroup").error().message();
  EXPECT_EQ(in.left(), 0U);
  return assignments;
}

std::pair<std::string, std::int32_t> FakeBroker::read_heartbeat(const Request& request) {
  Reader in(request.body, form_of(request.api, request.version));
  in.text("group");
  const std::int32_t generation = in.int32("generation");
  return {in.text("member"), generation};
}

std::string FakeBroker::read_leave(const Request& request) {
  Reader in(request.body, form_of(request.api, request.version));
  in.text("group");
  if (request.version >= 3) in.array("members");
  return in.text("member");
}

}  // namespace millrace::group

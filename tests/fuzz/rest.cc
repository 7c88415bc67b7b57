// What a client may send, through a whole connection: bytes in pieces of any size, or, so that the
// readers of bodies are reached, a sound request around any body. Whatever comes, the connection
// must answer with HTTP, take the end of its client, and end.
#include "base/log.h"
#include "rest/connection.h"
#include "unit/rest/fake_herder.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/post.hpp>

namespace {

using namespace millrace::rest;

/// A client that sends what it is given, in pieces, and then goes.
class ScriptedStream final : public Stream {
 public:
  ScriptedStream(boost::asio::io_context& loop, std::string_view script, std::size_t piece)
      : loop_(loop), script_(script), piece_(piece) {}

  void open(std::function<void(bool)> handler) override {
    boost::asio::post(loop_, [handler = std::move(handler)] { handler(true); });
  }
  void read(std::span<char> room, std::function<void(bool, std::size_t)> handler) override {
    const std::size_t size = std::min({room.size(), piece_, script_.size()});
    script_.copy(room.data(), size);
    script_.remove_prefix(size);
    const bool ok = size > 0 && !closed_;
    boost::asio::post(loop_, [handler = std::move(handler), ok, size] { handler(ok, size); });
  }
  void write(std::string_view bytes, std::function<void(bool)> handler) override {
    if (!bytes.starts_with("HTTP/1.1 ")) std::abort();
    const bool ok = !closed_;
    boost::asio::post(loop_, [handler = std::move(handler), ok] { handler(ok); });
  }
  void end_writing() override {}
  void close() override { closed_ = true; }
  [[nodiscard]] const std::string& peer() const override { return name_; }
  [[nodiscard]] const std::string& local() const override { return name_; }
  [[nodiscard]] std::string_view scheme() const override { return "http"; }

 private:
  boost::asio::io_context& loop_;
  std::string_view script_;
  const std::size_t piece_;
  bool closed_ = false;
  const std::string name_ = "client";
};

/// A request for one of the routes; the first line of the text fills its path, the rest is its
/// body.
std::string request_for(std::uint8_t which, std::string_view text) {
  const Route& route = routes()[which % routes().size()];
  const std::size_t line = std::min(text.find('\n'), text.size());
  std::string target(route.pattern);
  for (std::size_t open = 0; (open = target.find('{', open)) != std::string::npos;) {
    target.replace(open, target.find('}', open) + 1 - open, text.substr(0, line));
    open += line;
  }
  const std::string_view body = text.substr(std::min(line + 1, text.size()));
  return std::string(route.method) + " " + target +
         " HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

/// A herder that is new now and then, as it remembers all that it was asked.
FakeHerder& herder() {
  static std::unique_ptr<FakeHerder> current;
  static unsigned uses = 0;
  if (uses++ % 1024 == 0) {
    current = std::make_unique<FakeHerder>();
    current->names = {"a"};
    current->infos["a"] = {"a", millrace::ConnectorType::sink, {{"k", "v"}}, {{"a", 0}}};
  }
  return *current;
}

void serve(std::string_view bytes, std::size_t piece) {
  const auto loop = std::make_shared<boost::asio::io_context>(1);
  FakeHerder& behind = herder();
  behind.wants_signatures = piece % 2 == 0;
  Shared shared{*loop, loop, &behind, {}, {512, 4096, 8192}, {}, {}, nullptr, true, {}, false};
  const Site site;
  bool open = true;
  {
    const auto connection = std::make_shared<Connection>(
        shared, site, std::make_unique<ScriptedStream>(*loop, bytes, piece),
        [&open](Connection*) { open = false; });
    connection->start();
    // The herder answers on a thread of its own; what it has been asked it has answered then.
    while (loop->poll() > 0 || open) {
      if (!open) continue;
      behind.release();
      if (loop->poll() == 0 && open) std::abort();  // nobody is waited for, and it does not end
    }
  }
  loop->poll();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const millrace::log::Capture quiet;
  for (static bool once = true; once; once = false) {
    millrace::log::set_level("org.apache.kafka.connect", millrace::log::Level::off);
  }
  if (size < 2) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::size_t piece = 1 + std::size_t{data[0]} * data[0];
  if (data[1] == 0xFF) {
    serve(text, piece);
  } else {
    serve(request_for(data[1], text), piece);
  }
  return 0;
}

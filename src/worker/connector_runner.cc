#include "worker/connector_runner.h"

#include "base/log.h"
#include "base/plugin_call.h"
#include "base/secrets.h"

#include <utility>

namespace millrace::worker {

namespace {

const log::Logger& logger() {
  static const log::Logger& instance =
      log::logger("org.apache.kafka.connect.runtime.WorkerConnector");
  return instance;
}

Error already_stopped() {
  return Error{ErrorCode::fatal, "The connector is stopped: its context takes no more calls"};
}

}  // namespace

class ConnectorRunner::SourceContext final : public SourceConnectorContext {
 public:
  explicit SourceContext(ConnectorRunner& owner) : owner_(owner) {}
  Result<void> request_task_reconfiguration() override {
    if (owner_.closed_) return already_stopped();
    owner_.listener_.reconfiguration_requested(owner_.identity_.name);
    return {};
  }
  Result<void> raise_error(Error error) override {
    if (owner_.closed_) return already_stopped();
    logger().error("Connector raised an error: {}", error.trace());
    owner_.report(State::failed, error.trace());
    return {};
  }
  PluginMetrics& metrics() override { return owner_.gauges_; }
  OffsetStorageReader& offsets() override { return *owner_.reader_; }

 private:
  ConnectorRunner& owner_;
};

class ConnectorRunner::SinkContext final : public SinkConnectorContext {
 public:
  explicit SinkContext(ConnectorRunner& owner) : inner_(owner) {}
  Result<void> request_task_reconfiguration() override {
    return inner_.request_task_reconfiguration();
  }
  Result<void> raise_error(Error error) override { return inner_.raise_error(std::move(error)); }
  PluginMetrics& metrics() override { return inner_.metrics(); }

 private:
  SourceContext inner_;
};

ConnectorRunner::ConnectorRunner(Identity identity, Instance instance, Config config,
                                 std::unique_ptr<OffsetStorageReader> reader,
                                 StatusListener& listener)
    : identity_(std::move(identity)),
      instance_(std::move(instance)),
      config_(std::move(config)),
      listener_(listener),
      reader_(std::move(reader)),
      source_context_(std::make_unique<SourceContext>(*this)),
      sink_context_(std::make_unique<SinkContext>(*this)) {}

ConnectorRunner::~ConnectorRunner() = default;

Connector& ConnectorRunner::connector() {
  if (is_source()) return *std::get<0>(instance_);
  return *std::get<1>(instance_);
}

Result<void> ConnectorRunner::initialize() {
  if (std::exchange(initialized_, true)) return {};
  return call_plugin("initialize", [this] {
    return is_source() ? std::get<0>(instance_)->initialize(*source_context_)
                       : std::get<1>(instance_)->initialize(*sink_context_);
  });
}

Result<void> ConnectorRunner::transition(TargetState target) {
  if (state_ == State::failed) {
    return Error{ErrorCode::fatal,
                 "Connector " + identity_.name +
                     " has failed and must be restarted before it can change its state"};
  }
  if (Result<void> done = initialize(); !done) return fail(std::move(done.error()));
  if (target == TargetState::started) {
    if (state_ == State::running) return {};
    Result<void> done = call_plugin("start", [this] { return connector().start(config_); });
    if (!done) return fail(std::move(done.error()));
    report(State::running);
    if (abandoned_) shutdown();
    return {};
  }
  if (state_ == State::running) {
    Result<void> done = call_plugin("stop", [this] { return connector().stop(); });
    if (!done) return fail(std::move(done.error()));
  }
  report(target == TargetState::paused ? State::paused : State::stopped);
  return {};
}

Result<std::vector<ConfigMap>> ConnectorRunner::task_configs(std::int32_t max_tasks) {
  if (!started()) {
    return Error{ErrorCode::fatal, "Connector " + identity_.name + " is not running"};
  }
  return call_plugin("task_configs",
                     [this, max_tasks] { return connector().task_configs(max_tasks); });
}

void ConnectorRunner::shutdown() {
  const bool stop = state_ == State::running;
  if (stop) {
    const Result<void> done = call_plugin("stop", [this] { return connector().stop(); });
    if (!done) logger().warn("Could not stop connector: {}", done.error().message());
  }
  closed_ = true;
  state_ = State::unassigned;
  report(State::unassigned);
}

void ConnectorRunner::abandon() {
  closed_ = true;
  abandoned_ = true;
  listener_.connector_status(identity_.name,
                             Status{State::unassigned, identity_.worker_id, identity_.version, {}});
}

void ConnectorRunner::report(State state, std::string_view trace) {
  state_ = state;
  if (abandoned_) return;
  listener_.connector_status(identity_.name, Status{state, identity_.worker_id, identity_.version,
                                                    secrets::redact(trace)});
}

Error ConnectorRunner::fail(Error error) {
  logger().error("Connector {} failed: {}", identity_.name, error.trace());
  report(State::failed, error.trace());
  return secrets::redact(error);
}

}  // namespace millrace::worker

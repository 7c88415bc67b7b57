#include "base/log.h"

#include "base/ascii.h"
#include "base/mutex.h"
#include "base/secrets.h"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <functional>
#include <memory>

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace millrace::log {

namespace {

/// The level names of log4j, which scripts look for.
class LevelFlag final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&,
              spdlog::memory_buf_t& out) override {
    static constexpr std::string_view names[] = {"TRACE", "DEBUG", "INFO", "WARN",
                                                 "ERROR", "FATAL", ""};
    const std::string_view name = names[std::min<std::size_t>(message.level, 6)];
    out.append(name.data(), name.data() + name.size());
  }
  [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<LevelFlag>();
  }
};

struct State {
  State() {
    auto formatter = std::make_unique<spdlog::pattern_formatter>();
    formatter->add_flag<LevelFlag>('*').set_pattern("[%Y-%m-%d %H:%M:%S,%e] %* %v (%n)");
    sink = std::make_shared<spdlog::sinks::stdout_sink_mt>();
    sink->set_formatter(std::move(formatter));
  }
  std::shared_ptr<spdlog::sinks::stdout_sink_mt> sink;  // locks by itself
  Mutex mutex;
  std::map<std::string, std::unique_ptr<Logger>, std::less<>> loggers GUARDED_BY(mutex);
  struct Set {
    Level level;
    std::chrono::system_clock::time_point at;
  };
  std::map<std::string, Set, std::less<>> set GUARDED_BY(mutex);
  bool capturing GUARDED_BY(mutex) = false;
  std::vector<std::string> captured GUARDED_BY(mutex);
};

State& state() {
  static State* const instance = new State();  // never destroyed: threads may log until the end
  return *instance;
}

thread_local std::string context;

bool below(std::string_view name, std::string_view parent) {
  return parent == "root" ||
         (name.starts_with(parent) && (name.size() == parent.size() || name[parent.size()] == '.' ||
                                       name[parent.size()] == '$'));
}

/// The level of the longest name above it that a level was set on.
const State::Set* inherited(const State& s, std::string_view name) REQUIRES(s.mutex) {
  const State::Set* best = nullptr;
  std::size_t longest = 0;
  for (const auto& [parent, set] : s.set) {
    const std::size_t length = parent == "root" ? 0 : parent.size();
    if (below(name, parent) && (best == nullptr || length >= longest)) {
      best = &set;
      longest = length;
    }
  }
  return best;
}

}  // namespace

std::string_view to_string(Level level) {
  static constexpr std::string_view names[] = {"TRACE", "DEBUG", "INFO", "WARN",
                                               "ERROR", "FATAL", "OFF"};
  return names[static_cast<std::size_t>(level)];
}

std::optional<Level> parse_level(std::string_view text) {
  const std::string upper = ascii::upper(text);
  if (upper == "ALL") return Level::trace;
  for (int i = 0; i <= static_cast<int>(Level::off); ++i) {
    if (upper == to_string(static_cast<Level>(i))) return static_cast<Level>(i);
  }
  return std::nullopt;
}

void Logger::write(Level level, std::string_view text) const {
  while (text.ends_with('\n')) text.remove_suffix(1);  // traces end with one
  const std::string shown = secrets::redact(text);
  State& s = state();
  {
    const MutexLock lock(s.mutex);
    if (s.capturing) {
      s.captured.push_back(std::string(to_string(level)) + " " + context + shown);
      return;
    }
  }
  const std::string line = context.empty() ? shown : context + shown;
  s.sink->log(spdlog::details::log_msg(spdlog::string_view_t(name_.data(), name_.size()),
                                       static_cast<spdlog::level::level_enum>(level),
                                       spdlog::string_view_t(line.data(), line.size())));
  s.sink->flush();
}

Logger& logger(std::string_view name) {
  State& s = state();
  const MutexLock lock(s.mutex);
  if (const auto it = s.loggers.find(name); it != s.loggers.end()) return *it->second;
  auto made = std::make_unique<Logger>(std::string(name));
  if (const State::Set* set = inherited(s, name)) made->set_level(set->level);
  return *s.loggers.emplace(std::string(name), std::move(made)).first->second;
}

std::vector<LoggerState> loggers() {
  State& s = state();
  const MutexLock lock(s.mutex);
  std::map<std::string, LoggerState, std::less<>> all;
  all.emplace("root", LoggerState{"root", Level::info, std::nullopt});
  for (const auto& [name, one] : s.loggers) {
    all.emplace(name, LoggerState{name, one->level(), std::nullopt});
  }
  for (const auto& [name, set] : s.set)
    all.insert_or_assign(name, LoggerState{name, set.level, set.at});
  std::vector<LoggerState> result;
  for (auto& [name, one] : all) {
    if (!one.changed) {
      if (const State::Set* set = inherited(s, name)) one.changed = set->at;
    }
    result.push_back(std::move(one));
  }
  return result;
}

std::vector<std::string> set_level(std::string_view name, Level level) {
  State& s = state();
  const MutexLock lock(s.mutex);
  const State::Set* before = inherited(s, name);
  const bool itself =
      s.loggers.contains(name) || (before == nullptr ? Level::info : before->level) != level;
  std::erase_if(s.set, [name](const auto& entry) { return below(entry.first, name); });
  s.set.insert_or_assign(std::string(name), State::Set{level, std::chrono::system_clock::now()});
  std::vector<std::string> changed;
  for (const auto& [one, made] : s.loggers) {
    if (below(one, name) && made->level() != level) {
      made->set_level(level);
      changed.push_back(one);
    }
  }
  if (itself && !s.loggers.contains(name)) changed.emplace_back(name);
  std::sort(changed.begin(), changed.end());
  return changed;
}

Context::Context(std::string prefix) : previous_(std::exchange(context, std::move(prefix))) {}
Context::~Context() { context = std::move(previous_); }
const std::string& Context::current() { return context; }

Capture::Capture() {
  const MutexLock lock(state().mutex);
  state().capturing = true;
  state().captured.clear();
}
Capture::~Capture() {
  const MutexLock lock(state().mutex);
  state().capturing = false;
}
std::vector<std::string> Capture::lines() const {
  const MutexLock lock(state().mutex);
  return state().captured;
}
bool Capture::contains(std::string_view part) const {
  const std::vector<std::string> all = lines();
  return std::any_of(all.begin(), all.end(), [part](const std::string& line) {
    return line.find(part) != std::string::npos;
  });
}

}  // namespace millrace::log

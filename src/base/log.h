#pragma once

#include <fmt/core.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The worker's log: `[2026-11-21 03:53:45,123] INFO [orders|task-0] text (logger name)`.
/// Loggers carry the names of Java's classes and packages, so that levels set for Kafka Connect
/// (`org.apache.kafka.connect`) reach ours. A level set on a name holds for every longer name.
/// Threads: any.
namespace millrace::log {

enum class Level : std::uint8_t { trace, debug, info, warn, error, fatal, off };

std::string_view to_string(Level level);                  ///< "INFO"
std::optional<Level> parse_level(std::string_view text);  ///< any case; ALL is trace

class Logger {
 public:
  explicit Logger(std::string name) : name_(std::move(name)) {}
  [[nodiscard]] bool enabled(Level level) const {
    return level >= level_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] Level level() const { return level_.load(std::memory_order_relaxed); }
  void set_level(Level level) { level_.store(level, std::memory_order_relaxed); }
  void write(Level level, std::string_view text) const;

  template <class... Args>
  void log(Level level, fmt::format_string<Args...> format, Args&&... args) const {
    if (enabled(level)) write(level, fmt::format(format, std::forward<Args>(args)...));
  }
  template <class... Args>
  void debug(fmt::format_string<Args...> format, Args&&... args) const {
    log(Level::debug, format, std::forward<Args>(args)...);
  }
  template <class... Args>
  void info(fmt::format_string<Args...> format, Args&&... args) const {
    log(Level::info, format, std::forward<Args>(args)...);
  }
  template <class... Args>
  void warn(fmt::format_string<Args...> format, Args&&... args) const {
    log(Level::warn, format, std::forward<Args>(args)...);
  }
  template <class... Args>
  void error(fmt::format_string<Args...> format, Args&&... args) const {
    log(Level::error, format, std::forward<Args>(args)...);
  }

 private:
  const std::string name_;
  std::atomic<Level> level_{Level::info};
};

/// The logger of that name, made on first use; lives as long as the program.
Logger& logger(std::string_view name);
/// Every logger made so far, and every name that a level was set on, by name; "root" is the rest.
struct LoggerState {
  std::string name;
  Level level;
  std::optional<std::chrono::system_clock::time_point> changed;
};
std::vector<LoggerState> loggers();
/// Sets the level of a name and of all names below it; returns the loggers whose level changed.
std::vector<std::string> set_level(std::string_view name, Level level);

/// What every line of this thread starts with, while it lives: "[orders|task-0] ".
class Context {
 public:
  explicit Context(std::string prefix);
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  [[nodiscard]] static const std::string& current();

 private:
  std::string previous_;
};

/// Collects lines instead of printing them, for tests.
class Capture {
 public:
  Capture();
  ~Capture();
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;
  /// "WARN [ctx] text" a line, in order.
  [[nodiscard]] std::vector<std::string> lines() const;
  [[nodiscard]] bool contains(std::string_view part) const;
};

}  // namespace millrace::log

#pragma once

#include "millrace/config_def.h"
#include "millrace/config_provider.h"
#include "millrace/converter.h"
#include "millrace/override_policy.h"
#include "millrace/sink.h"
#include "millrace/source.h"
#include "millrace/transformation.h"

#include <functional>
#include <memory>
#include <string>

namespace millrace {

template <class T>
using Factory = std::function<std::unique_ptr<T>()>;

/// A connector that reads. name: the full class name that configurations use.
struct SourcePlugin {
  std::string name;
  std::string version = "undefined";
  ConfigDef config;
  Factory<SourceTask> make_task;
  /// Left out: a connector whose one task (or none of its own splitting) gets the connector's
  /// configuration.
  Factory<SourceConnector> make_connector = {};
  std::string task_name = {};  ///< shown as task.class; empty: name without "Connector" + "Task"
};

/// A connector that writes. Without make_connector every task gets the connector's configuration.
struct SinkPlugin {
  std::string name;
  std::string version = "undefined";
  ConfigDef config;
  Factory<SinkTask> make_task;
  Factory<SinkConnector> make_connector = {};
  std::string task_name = {};
};

/// A converter, header converter, transformation, predicate, provider or policy.
template <class T>
struct SimplePlugin {
  std::string name;
  std::string version = "undefined";
  ConfigDef config;
  Factory<T> make;
};

/// Takes what a library, or the worker itself, has to offer. Names must be new within their kind.
/// Threads: called once, while the worker starts.
class PluginRegistry {
 public:
  virtual ~PluginRegistry() = default;
  virtual void add_source(SourcePlugin plugin) = 0;
  virtual void add_sink(SinkPlugin plugin) = 0;
  virtual void add_converter(SimplePlugin<Converter> plugin) = 0;
  virtual void add_header_converter(SimplePlugin<HeaderConverter> plugin) = 0;
  virtual void add_transformation(SimplePlugin<Transformation> plugin) = 0;
  virtual void add_predicate(SimplePlugin<Predicate> plugin) = 0;
  virtual void add_config_provider(SimplePlugin<ConfigProvider> plugin) = 0;
  virtual void add_override_policy(SimplePlugin<OverridePolicy> plugin) = 0;
};

/// Raised with every change that a library built before it could not live with.
inline constexpr int plugin_api_version = 2;

/// What must agree between a worker and a library, byte for byte, before any code of the library
/// is run: API version, C++ standard library and the types that cross the border.
#if defined(_LIBCPP_VERSION)
#define MILLRACE_STANDARD_LIBRARY "libc++"
#elif defined(_GLIBCXX_USE_CXX11_ABI) && _GLIBCXX_USE_CXX11_ABI
#define MILLRACE_STANDARD_LIBRARY "libstdc++-cxx11"
#else
#define MILLRACE_STANDARD_LIBRARY "other"
#endif
#if defined(__SANITIZE_ADDRESS__)
#define MILLRACE_SANITIZER "address"
#elif defined(__SANITIZE_THREAD__)
#define MILLRACE_SANITIZER "thread"
#else
#define MILLRACE_SANITIZER "none"
#endif
#define MILLRACE_PLUGIN_ABI                                                                 \
  "millrace-plugin;api=2;library=" MILLRACE_STANDARD_LIBRARY ";expected=" MILLRACE_EXPECTED \
  ";sanitizer=" MILLRACE_SANITIZER ";"

}  // namespace millrace

/// Starts the one function that a plugin library offers: MILLRACE_PLUGIN(registry) { … }. Beside
/// it stands a text that the worker reads from the file, before it loads the library.
#define MILLRACE_PLUGIN(registry)                                                   \
  extern "C" __attribute__((visibility("default"), used, section(".millrace")))     \
  const char millrace_plugin_abi[] = MILLRACE_PLUGIN_ABI;                           \
  extern "C" __attribute__((visibility("default"))) void millrace_register_plugins( \
      ::millrace::PluginRegistry& registry)

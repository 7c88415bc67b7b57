#include "app/signals.h"

#include "base/log.h"
#include "base/thread.h"

#include <pthread.h>
#include <cstdlib>

namespace millrace::app {

Signals::Signals() {
  sigemptyset(&set_);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set_, signal);
  pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  // A client that has gone, a file at the limit of its size: errors of one write, told by its
  // result.
  for (const int signal : {SIGPIPE, SIGXFSZ}) std::signal(signal, SIG_IGN);
  start_thread("signals", [this] { watch(); }).detach();
}

void Signals::watch() {
  while (true) {
    int signal = 0;
    if (sigwait(&set_, &signal) != 0) continue;
    log::logger("org.apache.kafka.connect.cli.ConnectStandalone")
        .info("Signal {} received", signal);
    if (exit_at_once_.load()) std::_Exit(128 + signal);
    const MutexLock lock(mutex_);
    signal_ = signal;
    changed_.notify_all();
  }
}

std::optional<int> Signals::wait(const std::function<bool()>& done) {
  const MutexLock lock(mutex_);
  while (signal_ == 0) {
    if (done()) return std::nullopt;
    changed_.wait(mutex_);
  }
  return signal_;
}

void Signals::notify() {
  const MutexLock lock(mutex_);
  changed_.notify_all();
}

}  // namespace millrace::app

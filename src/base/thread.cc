#include "base/thread.h"

#include <pthread.h>
#include <utility>

namespace millrace {

std::thread start_thread(const std::string& name, std::function<void()> body) {
  return std::thread([name, body = std::move(body)] {
    pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
    body();
  });
}

}  // namespace millrace

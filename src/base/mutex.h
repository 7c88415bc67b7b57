#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

// Clang checks these promises (-Wthread-safety); other compilers read past them.
#if defined(__clang__)
#define MILLRACE_ANNOTATION(x) __attribute__((x))
#else
#define MILLRACE_ANNOTATION(x)
#endif
#define CAPABILITY(x) MILLRACE_ANNOTATION(capability(x))
#define SCOPED_CAPABILITY MILLRACE_ANNOTATION(scoped_lockable)
#define GUARDED_BY(x) MILLRACE_ANNOTATION(guarded_by(x))
#define REQUIRES(...) MILLRACE_ANNOTATION(requires_capability(__VA_ARGS__))
#define ACQUIRE(...) MILLRACE_ANNOTATION(acquire_capability(__VA_ARGS__))
#define RELEASE(...) MILLRACE_ANNOTATION(release_capability(__VA_ARGS__))
#define EXCLUDES(...) MILLRACE_ANNOTATION(locks_excluded(__VA_ARGS__))

namespace millrace {

/// std::mutex that says which members it guards.
class CAPABILITY("mutex") Mutex {
 public:
  void lock() ACQUIRE() { mutex_.lock(); }
  void unlock() RELEASE() { mutex_.unlock(); }

 private:
  friend class CondVar;
  std::mutex mutex_;
};

class SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  ~MutexLock() RELEASE() { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

/// Waits with a Mutex that the caller has locked. Waking up without reason is possible.
class CondVar {
 public:
  void wait(Mutex& mutex) REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    condition_.wait(lock);
    lock.release();
  }
  /// False: the time is over.
  bool wait_until(Mutex& mutex, std::chrono::steady_clock::time_point deadline) REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    const std::cv_status status = condition_.wait_until(lock, deadline);
    lock.release();
    return status == std::cv_status::no_timeout;
  }
  void notify_one() { condition_.notify_one(); }
  void notify_all() { condition_.notify_all(); }

 private:
  std::condition_variable condition_;
};

}  // namespace millrace

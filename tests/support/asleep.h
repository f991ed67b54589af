// Does a thread of this process sleep for good: in a system call that only another thread, or a
// descriptor, can end? The kernel says in which call a thread is, and with which arguments; a sleep
// that has a limit shows it there. So no clock is needed to show that it makes no further system
// call.
#pragma once

#include <sys/syscall.h>
#include <unistd.h>

#include <sched.h>
#include <cstdio>
#include <fstream>
#include <string>

namespace book::test {

inline long this_thread_id() { return ::syscall(SYS_gettid); }

/// In /proc: the call's number and its arguments, "running", or nothing when it cannot be read.
inline std::string call_of(long thread) {
  std::ifstream file("/proc/self/task/" + std::to_string(thread) + "/syscall");
  std::string line;
  std::getline(file, line);
  return line;
}

/// For a GTEST_SKIP: some containers do not show it.
inline bool calls_can_be_read() { return !call_of(this_thread_id()).empty(); }

inline bool sleeps_for_good(long thread) {
  long call = -1;
  unsigned long long a[4] = {};
  if (std::sscanf(call_of(thread).c_str(), "%ld %llx %llx %llx %llx", &call, &a[0], &a[1], &a[2],
                  &a[3]) != 5) {
    return false;
  }
  if (call == SYS_futex) return a[3] == 0;  // no time limit
#ifdef SYS_epoll_wait
  if (call == SYS_epoll_wait) return static_cast<int>(a[3]) == -1;
#endif
  return call == SYS_epoll_pwait && static_cast<int>(a[3]) == -1;
}

/// Comes back when all of them do. (One that never does is the watchdog's business.)
template <class Threads>
void wait_until_they_sleep_for_good(const Threads& threads) {
  for (const long thread : threads) {
    while (!sleeps_for_good(thread)) ::sched_yield();
  }
}

}  // namespace book::test

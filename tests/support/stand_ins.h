// Between the functions that stand in for libc's (stand_ins.cpp) and those who ask for what they
// do: system_calls.h counts, faults.h strikes.
#pragma once

#include <sys/epoll.h>
#include <sys/stat.h>

#include <cstddef>

#include "support/system_calls.h"

namespace book::test {

/// What a thread has made, and what fail_next() has ordered.
struct CallsOfThread {
  SystemCalls made{};
  std::size_t fails_next = 0;
  int error = 0;
  int times = 0;
  bool meets_itself = false;  ///< the next connect
};
/// Whoever calls it has the stand-ins linked into the program.
CallsOfThread& calls_of_thread() noexcept;

// The system calls themselves: not counted, and nothing happens to them.
int real_fstat(int fd, struct ::stat* st) noexcept;
int real_fcntl(int fd, int what) noexcept;
int real_epoll_ctl(int epoll, int what, int fd, epoll_event* event) noexcept;

}  // namespace book::test

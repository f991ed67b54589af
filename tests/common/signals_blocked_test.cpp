#include "common/signals_blocked.h"

#include <gtest/gtest.h>

#include <csignal>
#include <thread>

namespace book {
namespace signals_blocked_test {

sigset_t blocked_here() {
  sigset_t now;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &now);
  return now;
}

TEST(SignalsBlocked, KeepsThoseFromOutsideFromANewThread) {
  sigset_t there;
  {
    const SignalsBlocked none_for_the_new_thread;
    std::thread([&there] { there = blocked_here(); }).join();
  }
  for (const int outside : {SIGINT, SIGTERM, SIGHUP, SIGCHLD, SIGUSR1, SIGALRM, SIGRTMIN}) {
    EXPECT_EQ(::sigismember(&there, outside), 1) << "signal " << outside;
  }
  for (const int own : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS}) {
    EXPECT_EQ(::sigismember(&there, own), 0)
        << "signal " << own << ": a handler for crashes would not be called in that thread";
  }
}

TEST(SignalsBlocked, LeavesTheThreadAsItWas) {
  sigset_t some;
  ::sigemptyset(&some);
  ::sigaddset(&some, SIGUSR1);
  sigset_t before;
  ::pthread_sigmask(SIG_BLOCK, &some, &before);
  {
    const SignalsBlocked here;
    const sigset_t meanwhile = blocked_here();
    EXPECT_EQ(::sigismember(&meanwhile, SIGINT), 1);
  }
  const sigset_t after = blocked_here();
  EXPECT_EQ(::sigismember(&after, SIGUSR1), 1);
  EXPECT_EQ(::sigismember(&after, SIGINT), ::sigismember(&before, SIGINT));
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace signals_blocked_test
}  // namespace book

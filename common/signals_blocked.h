// SignalsBlocked: this thread gets no signals from outside while it lives, and a thread that is
// started meanwhile never does. Signals belong to the threads of the program that expect them
// (chapter 13).
//
// Those that a thread brings upon itself, by its own instruction, stay open: a handler that prints
// a stack trace, or a sanitizer's report, has to run in the thread that made the mistake.
#pragma once

#include <csignal>
#include <initializer_list>

namespace book {

class SignalsBlocked {
 public:
  SignalsBlocked() noexcept {
    sigset_t outside;
    ::sigfillset(&outside);
    for (const int own : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS}) {
      ::sigdelset(&outside, own);
    }
    ::pthread_sigmask(SIG_BLOCK, &outside, &before_);
  }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

}  // namespace book

// What the tests of chapter 04 share: an event to wait for, tasks polled by hand-written functions,
// and a core of which the test keeps the tasks in hand.
#pragma once

#include <sys/socket.h>

#include <optional>
#include <system_error>
#include <utility>

#include "04_io_executor/executor.h"
#include "05_async_await/map_then.h"
#include "05_async_await/simple_futures.h"
#include "05_async_await/yield_now.h"

namespace book::test {

/// Something that happens once; any number of times somebody may wait for it, one at a time.
class Event {
 public:
  void set() {
    happened_ = true;
    std::move(waker_).wake();
  }
  bool happened() const { return happened_; }

  /// A future of the event. It borrows it.
  auto wait() {
    return poll_fn([this](Context& cx) -> Poll<void> {
      if (happened_) return Poll<void>::ready();
      cx.store(waker_, "an event");
      return pending;
    });
  }
  /// Whoever waits is forgotten, and its waker given away.
  Waker take_waker() { return std::move(waker_); }

 private:
  bool happened_ = false;
  Waker waker_;
};

/// Wakes itself `yields` times, then ends.
inline auto yields(int yields) {
  return poll_fn([left = yields](Context& cx) mutable -> Poll<void> {
    if (left-- == 0) return Poll<void>::ready();
    cx.waker().wake_by_ref();
    return pending;
  });
}

/// Runs a function once, as a task that is ready at its first poll.
template <class Function>
auto once(Function function) {
  return poll_fn([function = std::move(function)](Context&) mutable -> Poll<void> {
    function();
    return Poll<void>::ready();
  });
}

/// An executor's core of which the test holds the tasks: to wake, cancel and look at them.
class Core {
 public:
  explicit Core(TimeMode time = TimeMode::virtual_time)
      : core_(make_arc<ExecutorCore>(time, std::nullopt)) {}
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;
  ~Core() { close(); }

  template <Future F>
  Task& spawn(F future, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    auto* task = new FutureTask<F>(Place{file, line}, std::move(future));
    core_->adopt(task);
    return *task;
  }
  void run() {
    ExecutorCore::Running running(*core_);
    core_->run_until(nullptr);
  }
  void close() {
    if (core_) core_->close();
    core_ = nullptr;
  }
  ExecutorCore* operator->() { return core_.get(); }

 private:
  Arc<ExecutorCore> core_;
};

/// A connected pair of stream sockets, blocking as the system gives them.
struct SocketPair {
  SocketPair() {
    int fds[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0) {
      throw std::system_error(errno, std::system_category(), "socketpair");
    }
    ours = fds[0];
    theirs = fds[1];
  }
  int ours;
  int theirs;
};

}  // namespace book::test

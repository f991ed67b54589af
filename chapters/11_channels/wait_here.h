// wait_here(future): polls a future on a thread that has no executor, and puts the thread to sleep
// in between. It is how a plain thread sends and receives: send_blocking(), recv_blocking().
#pragma once

#include <condition_variable>
#include <mutex>

#include "common/arc_wake.h"
#include "common/future.h"

namespace book::detail {

/// A thread's bell. Counted: a waker that is fired late still finds it.
class ThreadBell : public RefCounted<ThreadBell> {
 public:
  static void wake_by_ref(const Arc<ThreadBell>& bell);
  void wait();

 private:
  std::mutex mutex_;
  std::condition_variable rung_;
  bool is_rung_ = false;  // guarded by mutex_; a ring that comes early is kept
};

/// Throws std::logic_error, naming `what`, on a thread that is running tasks: they would all stop.
void refuse_on_an_executor(const char* what);

template <Future F>
OutputOf<F> wait_here(const char* what, F future) {
  refuse_on_an_executor(what);
  const Arc<ThreadBell> bell = make_arc<ThreadBell>();
  const Waker waker = into_waker(bell);
  Context cx(waker);
  for (;;) {
    Poll<OutputOf<F>> result = future.poll(cx);
    if (result.is_ready()) return std::move(result).value();
    bell->wait();
  }
}

}  // namespace book::detail

// CallbackTimer: a timer that calls a function instead of waking a task. It is what a waker is made
// of: two pointers, one of them to functions. (Chapter 02 has the same for tasks.)
#pragma once

#include "common/reactor/reactor.h"
#include "common/reactor/timer.h"
#include "common/waker.h"

namespace book::http {

class CallbackTimer {
 public:
  /// `on_timer(owner)` is what it calls, on the thread of the reactor.
  CallbackTimer(void* owner, void (*on_timer)(void* owner)) noexcept
      : owner_(owner), on_timer_(on_timer) {}
  CallbackTimer(const CallbackTimer&) = delete;
  CallbackTimer& operator=(const CallbackTimer&) = delete;

  /// Calls once, at `time`, and not at the time that was set before. On the current reactor.
  void arm(Instant time) { Reactor::current().arm(timer_, time, Waker(this, &kVTable)); }
  void disarm() noexcept { timer_.disarm(); }
  bool is_armed() const noexcept { return timer_.armed(); }

 private:
  static void call(void* timer) {
    const CallbackTimer& self = *static_cast<CallbackTimer*>(timer);
    self.on_timer_(self.owner_);
  }
  static void nothing(void*) noexcept {}
  static constexpr WakerVTable kVTable{&nothing, &call, &call, &nothing};

  void* owner_;
  void (*on_timer_)(void*);
  Timer timer_;
};

}  // namespace book::http

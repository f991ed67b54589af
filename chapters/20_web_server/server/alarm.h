// Alarm: a timer that calls a function instead of waking a task. It is what a waker is made of: two
// pointers, one of them to functions. (Chapter 02 has the same for tasks.)
#pragma once

#include "common/reactor/reactor.h"
#include "common/reactor/timer_wheel.h"
#include "common/waker.h"

namespace book::http {

class Alarm {
 public:
  /// `ring(owner)` is what it calls, on the thread of the reactor.
  Alarm(void* owner, void (*ring)(void* owner)) noexcept : owner_(owner), ring_(ring) {}
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;

  /// Rings once, at `time`, and not at the time that was set before. On the current reactor.
  void set(Instant time) { Reactor::current().arm(timer_, time, Waker(this, &kVTable)); }
  void off() noexcept { timer_.disarm(); }
  bool is_set() const noexcept { return timer_.armed(); }

 private:
  static void call(void* alarm) {
    const Alarm& self = *static_cast<Alarm*>(alarm);
    self.ring_(self.owner_);
  }
  static void nothing(void*) noexcept {}
  static constexpr WakerVTable kVTable{&nothing, &call, &call, &nothing};

  void* owner_;
  void (*ring_)(void*);
  Timer timer_;
};

}  // namespace book::http

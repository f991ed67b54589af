// Wrong: the alarm has room for one waker, and the last who comes gets it.
#pragma once

#include <cstddef>
#include <utility>

#include "common/future.h"

namespace book {

class Alarm {
 public:
  class [[nodiscard]] Wait : PinnedOncePolled {
   public:
    using Output = void;

    explicit Wait(Alarm& alarm) : alarm_(&alarm) {}
    Wait(Wait&&) = default;

    Poll<void> poll(Context& cx) {
      pin_.enter();
      if (alarm_->rung_) return Poll<void>::ready();
      cx.store(alarm_->waker_, "an alarm");
      return pin_.pending();
    }

   private:
    Alarm* alarm_;
  };

  Alarm() = default;
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;

  Wait wait() { return Wait(*this); }

  void ring() {
    rung_ = true;
    std::move(waker_).wake();
  }

  std::size_t waiting() const { return waker_ ? 1 : 0; }

 private:
  bool rung_ = false;
  Waker waker_;
};

}  // namespace book

// Exercise 3: one alarm, and many who wait for it.
//
//     Alarm alarm;
//     alarm.wait()  alarm.wait()  alarm.wait()      three futures, in three tasks
//     alarm.ring()                                  all three tasks are woken
//
// All of it happens on one thread: no lock is needed. Run its test with: make exercise CHAPTER=02
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "common/future.h"

namespace book {

class Alarm {
 public:
  /// Ready once the alarm has rung. Must not outlive the alarm.
  class [[nodiscard]] Wait : PinnedOncePolled {
   public:
    using Output = void;

    explicit Wait(Alarm& alarm) : alarm_(&alarm) {}
    Wait(Wait&&) = default;
    ~Wait() {
      // TODO: this one has stopped waiting, perhaps before the alarm rang. What has the alarm still
      // got of it? (One that was never polled has left nothing there.)
    }

    Poll<void> poll(Context& cx) {
      pin_.enter();

      // TODO: has it rung? Then you are ready. If not, leave your waker with the alarm: in a place
      // where it does not push somebody else's out, and where your next poll finds it again.
      (void)cx;
      return pin_.pending();
    }

   private:
    [[maybe_unused]] Alarm* alarm_;
  };

  Alarm() = default;
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;

  Wait wait() { return Wait(*this); }

  /// Wakes all tasks that wait. One that comes later is ready at once.
  void ring() {
    // TODO. Beware: whoever you wake may do anything, even destroy another Wait of this alarm. So
    // do not walk through the wakers while they can change under your feet.
  }

  /// How many tasks will be woken when it rings.
  std::size_t waiting() const {
    return 0;  // TODO
  }

 private:
  [[maybe_unused]] bool rung_ = false;
  // TODO: what does the alarm keep of those who wait?
};

}  // namespace book

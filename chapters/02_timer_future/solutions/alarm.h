// A solution of exercise 3: one alarm, and many who wait for it.
//
//     Alarm alarm;
//     alarm.wait()  alarm.wait()  alarm.wait()      three futures, in three tasks
//     alarm.ring()                                  all three tasks are woken
//
// All of it happens on one thread: no lock is needed.
#pragma once

#include <algorithm>
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
      if (pin_.was_polled()) alarm_->forget(this);
    }

    Poll<void> poll(Context& cx) {
      pin_.enter();
      if (alarm_->rung_) return Poll<void>::ready();
      cx.store(alarm_->slot_of(this), "an alarm");
      return pin_.pending();
    }

   private:
    Alarm* alarm_;
  };

  Alarm() = default;
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;

  Wait wait() { return Wait(*this); }

  /// Wakes all tasks that wait. One that comes later is ready at once.
  void ring() {
    rung_ = true;
    std::vector<Sleeper> sleepers = std::exchange(sleepers_, {});  // ours alone from here on
    for (Sleeper& sleeper : sleepers) std::move(sleeper.waker).wake();
  }

  /// How many tasks will be woken when it rings.
  std::size_t waiting() const { return sleepers_.size(); }

 private:
  /// Since its first poll a Wait cannot move: its address is its name.
  struct Sleeper {
    const Wait* who;
    Waker waker;
  };

  auto find(const Wait* who) {
    return std::find_if(sleepers_.begin(), sleepers_.end(),
                        [who](const Sleeper& sleeper) { return sleeper.who == who; });
  }
  Waker& slot_of(const Wait* who) {
    auto at = find(who);
    if (at == sleepers_.end()) at = sleepers_.insert(at, Sleeper{who, Waker()});
    return at->waker;
  }
  void forget(const Wait* who) {
    auto at = find(who);
    if (at != sleepers_.end()) sleepers_.erase(at);
  }

  bool rung_ = false;
  std::vector<Sleeper> sleepers_;  // in the order in which they came
};

}  // namespace book

// Exercise 1, solved: a latch: tasks wait until so many things have happened, once and for all.
//
//     count_down()   3 ---> 2 ---> 1 ---> 0   open, forever
//     wait()         . . . . . . . . . . . |   everybody goes on
//
// The order in wait() is the whole of it: first the promise to be told, then the look.
#pragma once

#include <atomic>

#include "05_async_await/async.h"
#include "12_sync/notify.h"

namespace book::exercise {

class Latch {
 public:
  explicit Latch(int count) : left_(count) {}

  void count_down() {
    // release: what this thread has done. acquire: what the others have, for those who wait.
    if (left_.fetch_sub(1, std::memory_order_acq_rel) == 1) opened_.notify_all();
  }

  bool is_open() const { return left_.load(std::memory_order_acquire) <= 0; }

  Async<> wait() {
    Notified told = opened_.notified();  // from here on no notify_all() is missed
    if (is_open()) co_return;
    co_await told;
  }

 private:
  std::atomic<int> left_;
  Notify opened_;
};

}  // namespace book::exercise

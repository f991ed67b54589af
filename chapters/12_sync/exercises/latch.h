// Exercise 1: a latch: tasks wait until so many things have happened, once and for all.
//
//     count_down()   3 ---> 2 ---> 1 ---> 0   open, forever
//     wait()         . . . . . . . . . . . |   everybody goes on
//
//   - Latch(3) opens at the third count_down(). A further one changes nothing.
//   - Those that wait go on when it opens: all of them, however many. Once it is open, wait() is
//     ready at once.
//   - Threads count and wait at the same time. A thread that comes through sees what the others did
//     before they counted.
//
// Notify (notify.h) keeps those who wait. The test runs your file under every order in which the
// steps of its threads can come; README.md says how to read what it prints.
#pragma once

#include <atomic>

#include "05_async_await/async.h"
#include "12_sync/notify.h"

namespace book::exercise {

class Latch {
 public:
  explicit Latch(int count) : left_(count) {}

  void count_down() {
    // TODO: count. Who counts last tells those who wait.
  }

  bool is_open() const { return left_.load() == 0; }

  Async<> wait() {
    // TODO: this one waits for nobody.
    co_return;
  }

 private:
  std::atomic<int> left_;
  Notify opened_;
};

}  // namespace book::exercise

// Exercise 3: a counter on which no two workers meet: each counts for itself, and when the total
// is asked for, it is added up.
//
//     worker 0   [  512 ] --+
//     worker 1   [  498 ] --+-- total() = 1,010      none waits, and no worker pulls another's
//     outside    [    0 ] --+                        figure out of its cache
//
//   - add() counts on the worker whose thread this is: here() says which, 0 to workers - 1. A
//     thread that is no worker is given kOutside; several such threads share one figure.
//   - total() may be asked by any thread at any time, also while others count. Asking changes
//     nothing. What was counted is never lost.
//   - Two counters have nothing to do with one another.
//   - count_lines(lines, counter) counts each line where it is at that moment: the task may go on
//     on another worker after each await.
//
// The test runs add() and total() under every order in which the steps of their threads can come,
// and none of them may wait for another. Whether two figures lie in one line of the cache, it
// cannot see: that only costs time, and alignas(64) prevents it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "05_async_await/async.h"
#include "common/stream.h"

namespace book::exercise {

class WorkerCounter {
 public:
  static constexpr std::size_t kOutside = static_cast<std::size_t>(-1);
  /// The number of the worker that calls it. In a pool: [] { return Worker::current()->number(); }
  using Here = std::function<std::size_t()>;

  WorkerCounter(std::size_t workers, Here here) : here_(std::move(here)), workers_(workers) {}

  void add() {
    // TODO: count here, and only here.
  }

  std::uint64_t total() const {
    // TODO: what all have counted.
    return 0;
  }

  /// What one worker has counted, or those outside.
  std::uint64_t of(std::size_t worker) const {
    // TODO
    (void)worker;
    return 0;
  }

 private:
  Here here_;
  std::size_t workers_;
};

/// Counts the lines of a stream.
template <Stream S>
Async<> count_lines(S& lines, WorkerCounter& counter) {
  // TODO: one add() for each line.
  (void)lines;
  (void)counter;
  co_return;
}

}  // namespace book::exercise

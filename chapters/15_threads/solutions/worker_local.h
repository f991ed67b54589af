// Exercise 3, solved: a counter on which no two workers meet: each counts for itself, and when the
// total is asked for, it is added up.
//
//     worker 0   [  512 ] --+
//     worker 1   [  498 ] --+-- total() = 1,010      none waits, and no worker pulls another's
//     outside    [    0 ] --+                        figure out of its cache
//
// Relaxed is enough: a figure announces nothing but itself. And where a task is, is asked at each
// add(), for it may be elsewhere after each await.
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

  WorkerCounter(std::size_t workers, Here here)
      : here_(std::move(here)), workers_(workers), figures_(workers + 1) {}

  void add() { figure(here_()).fetch_add(1, std::memory_order_relaxed); }

  std::uint64_t total() const {
    std::uint64_t sum = 0;
    for (const Figure& one : figures_) sum += one.count.load(std::memory_order_relaxed);
    return sum;
  }

  /// What one worker has counted, or those outside.
  std::uint64_t of(std::size_t worker) const {
    return figures_[slot(worker)].count.load(std::memory_order_relaxed);
  }

 private:
  /// A line of the cache for each, so that no two are written into the same.
  struct alignas(64) Figure {
    std::atomic<std::uint64_t> count{0};
  };

  std::size_t slot(std::size_t worker) const { return worker == kOutside ? workers_ : worker; }
  std::atomic<std::uint64_t>& figure(std::size_t worker) { return figures_[slot(worker)].count; }

  Here here_;
  std::size_t workers_;
  std::vector<Figure> figures_;
};

/// Counts the lines of a stream.
template <Stream S>
Async<> count_lines(S& lines, WorkerCounter& counter) {
  for (;;) {
    const auto line = co_await next(lines);
    if (!line) break;
    counter.add();
  }
}

}  // namespace book::exercise

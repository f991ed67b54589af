// What the measures of peer_bench share (peers.cpp): how a result is printed, and what the tasks of
// a measure wait for. Each file of measures adds its own to the list.
#pragma once

#include <fmt/format.h>
#include <time.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "05_async_await/simple_futures.h"

namespace book::peers {

/// By the name that the harness asks for.
using Measures = std::map<std::string, std::function<void()>>;
void add_channel_measures(Measures& measures);
void add_sync_measures(Measures& measures);
void add_thread_measures(Measures& measures);
void add_blocking_measures(Measures& measures);
void add_box_measures(Measures& measures);

inline constexpr int kMillion = 1'000'000;
using SteadyClock = std::chrono::steady_clock;

[[noreturn]] inline void result(double total, double operations) {
  fmt::print("RESULT {:.2f}\n", total / operations);
  std::fflush(stdout);
  std::_Exit(0);
}

[[noreturn]] inline void result_since(SteadyClock::time_point start, double operations) {
  result(std::chrono::duration<double, std::nano>(SteadyClock::now() - start).count(), operations);
}

inline double cpu_nanoseconds() {
  timespec used;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) * 1e9 + static_cast<double>(used.tv_nsec);
}

inline double resident_bytes() {
  long all = 0;
  long resident = 0;
  if (FILE* file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%ld %ld", &all, &resident) != 2) std::abort();
    std::fclose(file);
  }
  return static_cast<double>(resident) * 4096.0;
}

/// Counts down and then wakes the one who waits. All on the executor's thread.
class Gate {
 public:
  explicit Gate(int count) : left_(count) {}
  void hit() {
    if (--left_ == 0) std::exchange(waiter_, Waker()).wake();
  }
  Poll<void> poll(Context& cx) {
    if (left_ == 0) return Poll<void>::ready();
    cx.store(waiter_, "the gate");
    return pending;
  }
  auto opened() {
    return poll_fn([this](Context& cx) { return poll(cx); });
  }

 private:
  int left_;
  Waker waiter_;
};

/// Inside a task of its own, as the peers do it.
inline std::function<void()> in_task(const std::function<Async<>()>& make) {
  return [make] {
    Executor executor;
    executor.spawn(make());
    executor.run();
  };
}

}  // namespace book::peers

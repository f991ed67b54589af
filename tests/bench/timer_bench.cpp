// Timers: making and cancelling one among a million, firing a million; and what a million idle
// tasks weigh. (Chapters 02 and 04)
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <random>
#include <vector>

#include "02_timer_future/sleep.h"
#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "05_async_await/simple_futures.h"
#include "05_async_await/yield_now.h"

namespace book {
namespace {

using std::chrono::milliseconds;

void TimerCreateAndCancelAmong(benchmark::State& state) {
  Reactor reactor;
  Reactor::Scope scope(reactor);
  Waker waker = Waker::noop();
  Context cx(waker);
  std::minstd_rand random;
  std::vector<std::unique_ptr<Sleep>> others;
  for (int i = 0; i < state.range(0); ++i) {
    others.push_back(std::make_unique<Sleep>(sleep(milliseconds(60'000 + random() % 100'000))));
    benchmark::DoNotOptimize(others.back()->poll(cx).is_ready());
  }
  for (auto _ : state) {
    Sleep one = sleep(milliseconds(60'000 + random() % 100'000));
    benchmark::DoNotOptimize(one.poll(cx).is_ready());
  }
}
BENCHMARK(TimerCreateAndCancelAmong)->Arg(0)->Arg(100'000)->Arg(1'000'000);

Async<> sleeps(milliseconds duration) { co_await sleep(duration); }

/// Spawn, sleep, fire, run and free, for a task each. Virtual time: no time is spent in waiting.
void TimersOfSleepingTasksFire(benchmark::State& state) {
  const auto tasks = state.range(0);
  for (auto _ : state) {
    Executor executor({.time = TimeMode::virtual_time});
    std::minstd_rand random;
    for (std::int64_t i = 0; i < tasks; ++i) executor.spawn(sleeps(milliseconds(random() % 1000)));
    executor.run();
  }
  state.SetItemsProcessed(state.iterations() * tasks);
}
BENCHMARK(TimersOfSleepingTasksFire)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

double resident_bytes() {
  long all = 0;
  long resident = 0;
  if (FILE* file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%ld %ld", &all, &resident) != 2) resident = 0;
    std::fclose(file);
  }
  return static_cast<double>(resident) * 4096;
}

Async<> waits_for_ever() { co_await never<void>(); }

/// The figure is the counter `bytes_a_task`; the time is that of making and dropping them.
void MemoryOfIdleTasks(benchmark::State& state) {
  const auto tasks = state.range(0);
  double bytes = 0;
  for (auto _ : state) {
    Executor executor;
    malloc_trim(0);  // what an earlier bench has left is not to be used again unseen
    const double before = resident_bytes();
    for (std::int64_t i = 0; i < tasks; ++i) executor.spawn(waits_for_ever());
    executor.block_on(yield_now());  // by then each has had its first turn
    bytes = (resident_bytes() - before) / static_cast<double>(tasks);
  }
  state.counters["bytes_a_task"] = bytes;
}
BENCHMARK(MemoryOfIdleTasks)->Arg(1'000'000)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace book

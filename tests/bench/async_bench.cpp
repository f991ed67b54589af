// What await, call, spawn and yield cost. (Chapters 04 and 05)
#include <benchmark/benchmark.h>

#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "05_async_await/simple_futures.h"
#include "05_async_await/yield_now.h"

namespace book {
namespace {

Async<> yields_at_depth(int depth, benchmark::State& state) {
  if (depth > 1) {
    co_await yields_at_depth(depth - 1, state);
  } else {
    for (auto _ : state) co_await yield_now();
  }
}

void YieldAtAwaitDepth(benchmark::State& state) {
  block_on(yields_at_depth(static_cast<int>(state.range(0)), state));
}
BENCHMARK(YieldAtAwaitDepth)->Arg(1)->Arg(10)->Arg(100);

Async<int> child() { co_return 1; }

Async<> awaits_children(benchmark::State& state) {
  for (auto _ : state) {
    int value = co_await child();
    benchmark::DoNotOptimize(value);
  }
}

void AwaitOfAReadyChild(benchmark::State& state) { block_on(awaits_children(state)); }
BENCHMARK(AwaitOfAReadyChild);

Async<> awaits_ready_futures(benchmark::State& state) {
  for (auto _ : state) {
    int value = co_await ready(1);
    benchmark::DoNotOptimize(value);
  }
}

void AwaitOfAReadyFuture(benchmark::State& state) { block_on(awaits_ready_futures(state)); }
BENCHMARK(AwaitOfAReadyFuture);

Async<> nothing() { co_return; }

void SpawnRunFree(benchmark::State& state) {
  Executor executor;
  for (auto _ : state) {
    executor.spawn(nothing());
    executor.run();
  }
}
BENCHMARK(SpawnRunFree);

}  // namespace
}  // namespace book

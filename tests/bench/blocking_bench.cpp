// What a breath costs, and a job there and back. (Chapter 14)
#include <benchmark/benchmark.h>

#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "14_blocking/budget.h"
#include "14_blocking/spawn_blocking.h"

namespace book {
namespace {

Async<> breathes(benchmark::State& state) {
  for (auto _ : state) co_await breathe();
}
void BreatheThatIsReady(benchmark::State& state) { block_on(breathes(state)); }
BENCHMARK(BreatheThatIsReady);

Async<> gives_jobs(benchmark::State& state) {
  for (auto _ : state) {
    auto job = spawn_blocking([] {});
    co_await job;
  }
}
void JobThereAndBack(benchmark::State& state) {
  BlockingPool pool;
  const BlockingPool::Scope here(pool);
  block_on(gives_jobs(state));
}
BENCHMARK(JobThereAndBack)->UseRealTime();

}  // namespace
}  // namespace book

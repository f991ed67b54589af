// What chapter 04's executor buys over chapter 03's: a yield (a wake, the queue, a poll), and a
// task from its spawn to its end.
#include <benchmark/benchmark.h>

#include "03_channel_executor/executor.h"
#include "04_io_executor/executor.h"
#include "common/future.h"

namespace book {
namespace {

/// Pending so many times, each time having woken itself.
struct Yields {
  using Output = void;
  Poll<void> poll(Context& cx) {
    if (yields-- == 0) return Poll<void>::ready();
    cx.waker().wake_by_ref();
    return pending;
  }
  int yields;
};

void run_on_channel_executor(int tasks, Yields future) {
  auto [executor, spawner] = channel_executor::new_executor_and_spawner();
  for (int i = 0; i < tasks; ++i) spawner.spawn(future);
  spawner.drop();
  executor.run();
}

void run_on_io_executor(int tasks, Yields future) {
  Executor executor;
  for (int i = 0; i < tasks; ++i) executor.spawn(future);
  executor.run();
}

using Run = void(int tasks, Yields future);

/// Yields; the argument is how many tasks take turns.
template <Run run>
void Yield(benchmark::State& state) {
  constexpr int kYields = 100'000;
  const auto tasks = static_cast<int>(state.range(0));
  for (auto _ : state) run(tasks, Yields{kYields / tasks});
  state.SetItemsProcessed(state.iterations() * kYields);
}
BENCHMARK(Yield<run_on_channel_executor>)->Name("ChannelExecutorYield")->Arg(1)->Arg(1'000);
BENCHMARK(Yield<run_on_io_executor>)->Name("IoExecutorYield")->Arg(1)->Arg(1'000);

/// A thousand tasks that are ready at once, from spawn to end.
template <Run run>
void Spawn(benchmark::State& state) {
  constexpr int kTasks = 1'000;
  for (auto _ : state) run(kTasks, Yields{0});
  state.SetItemsProcessed(state.iterations() * kTasks);
}
BENCHMARK(Spawn<run_on_channel_executor>)->Name("ChannelExecutorSpawn");
BENCHMARK(Spawn<run_on_io_executor>)->Name("IoExecutorSpawn");

}  // namespace
}  // namespace book

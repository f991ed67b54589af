// What tasks of one's own cost: to spawn one and await it, a set of many, a child of a scope
// instead of a task, and to wait under a deadline or a token that do not come. (Chapter 10)
#include <benchmark/benchmark.h>

#include <chrono>
#include <optional>
#include <variant>

#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "05_async_await/yield_now.h"
#include "10_spawning/cancellation_token.h"
#include "10_spawning/join_set.h"
#include "10_spawning/spawn.h"
#include "10_spawning/task_scope.h"
#include "10_spawning/timeout.h"

namespace book {
namespace {

using namespace std::chrono_literals;

constexpr int kTasks = 10'000;

Async<> nothing() { co_return; }

/// Runs `round`, which is `items` of what is measured, in a task.
template <class Round>
void run(benchmark::State& state, int items, Round round) {
  Executor executor;
  for (auto _ : state) executor.block_on(round());
  state.SetItemsProcessed(state.iterations() * items);
}

void SpawnAndAwait(benchmark::State& state) {
  run(state, kTasks, []() -> Async<> {
    for (int i = 0; i < kTasks; ++i) {
      auto handle = spawn(nothing());
      co_await handle;
    }
  });
}
BENCHMARK(SpawnAndAwait);

void SpawnAndDetach(benchmark::State& state) {
  run(state, kTasks, []() -> Async<> {
    for (int i = 0; i < kTasks; ++i) spawn(nothing());
    co_await yield_now();
  });
}
BENCHMARK(SpawnAndDetach);

void JoinSetOf10000(benchmark::State& state) {
  run(state, kTasks, []() -> Async<> {
    JoinSet<void> set;
    for (int i = 0; i < kTasks; ++i) set.spawn(nothing());
    for (;;) {
      const std::optional<std::monostate> ended = co_await set.join_next();
      if (!ended) break;
    }
  });
}
BENCHMARK(JoinSetOf10000);

void ScopeOf10000(benchmark::State& state) {
  run(state, kTasks, []() -> Async<> {
    auto body = [](TaskScope& scope) -> Async<> {
      for (int i = 0; i < kTasks; ++i) scope.spawn(nothing());
      co_return;
    };
    co_await task_scope(body);
  });
}
BENCHMARK(ScopeOf10000);

void YieldUnderATimeout(benchmark::State& state) {
  run(state, kTasks, []() -> Async<> {
    for (int i = 0; i < kTasks; ++i) {
      const auto done = co_await timeout(1h, yield_now());
      benchmark::DoNotOptimize(done.has_value());
    }
  });
}
BENCHMARK(YieldUnderATimeout);

void YieldUnderAToken(benchmark::State& state) {
  run(state, kTasks, []() -> Async<> {
    CancellationToken token;
    for (int i = 0; i < kTasks; ++i) {
      const auto done = co_await token.run_until_cancelled(yield_now());
      benchmark::DoNotOptimize(done.has_value());
    }
  });
}
BENCHMARK(YieldUnderAToken);

}  // namespace
}  // namespace book

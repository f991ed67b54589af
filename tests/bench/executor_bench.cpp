// What chapter 04's executor does that chapter 03's does not do so well: two tasks that wake each
// other, a task that is woken more often than it can run, and wakes from another thread.
// (channel_executor_bench.cpp has yield and spawn on both; async_bench.cpp has the coroutines.)
#include <benchmark/benchmark.h>

#include <atomic>
#include <thread>
#include <utility>

#include "03_channel_executor/executor.h"
#include "04_io_executor/executor.h"
#include "common/future.h"
#include "common/reactor/reactor.h"

namespace book {
namespace {

/// Chapter 03's. It runs until the last spawner is gone, so it runs once.
class ChannelExecutor {
 public:
  template <class F>
  void spawn(F future) {
    ends_.second.spawn(std::move(future));
  }
  void run() {
    ends_.second.drop();
    ends_.first.run();
  }

 private:
  std::pair<channel_executor::Executor, channel_executor::Spawner> ends_ =
      channel_executor::new_executor_and_spawner();
};

/// Chapter 04's.
class IoExecutor {
 public:
  template <class F>
  void spawn(F future) {
    executor_.spawn(std::move(future));
  }
  void run() {
    Reactor::OutsideWork outside(executor_.reactor());
    executor_.run();
  }

 private:
  Executor executor_;
};

/// Two tasks take turns: whoever has the ball plays it, and wakes the other.
struct Table {
  Waker waiting[2];
  long balls_left = 0;
  int turn = 0;
};
struct Player {
  using Output = void;
  Table* table;
  int side;

  Poll<void> poll(Context& cx) {
    if (table->balls_left > 0 && table->turn == side) {
      --table->balls_left;
      table->turn = 1 - side;
      std::exchange(table->waiting[1 - side], Waker()).wake();
    }
    if (table->balls_left == 0) {
      std::exchange(table->waiting[1 - side], Waker()).wake();
      return Poll<void>::ready();
    }
    cx.store(table->waiting[side], "the ball");
    return pending;
  }
};

template <class Executor>
void PingPong(benchmark::State& state) {
  constexpr long kBalls = 100'000;
  for (auto _ : state) {
    Table table{.waiting = {}, .balls_left = kBalls};
    Executor executor;
    executor.spawn(Player{&table, 0});
    executor.spawn(Player{&table, 1});
    executor.run();
  }
  state.SetItemsProcessed(state.iterations() * kBalls);
}
BENCHMARK(PingPong<ChannelExecutor>)->Name("ChannelExecutorPingPong");
BENCHMARK(PingPong<IoExecutor>)->Name("IoExecutorPingPong");

/// A task that is woken a hundred times in each round, by another that then lets it run.
struct Sleeper {
  using Output = void;
  Waker* waker;
  const long* rounds_left;

  Poll<void> poll(Context& cx) {
    if (*rounds_left == 0) return Poll<void>::ready();
    cx.store(*waker, "many wakes");
    return pending;
  }
};
struct Alarm {
  using Output = void;
  Waker* waker;
  long* rounds_left;

  Poll<void> poll(Context& cx) {
    for (int i = 0; i < 100; ++i) waker->wake_by_ref();
    if (--*rounds_left == 0) return *waker = Waker(), Poll<void>::ready();
    cx.waker().wake_by_ref();
    return pending;
  }
};

template <class Executor>
void HundredWakes(benchmark::State& state) {
  constexpr long kRounds = 1'000;
  for (auto _ : state) {
    Waker waker;
    long rounds_left = kRounds;
    Executor executor;
    executor.spawn(Sleeper{&waker, &rounds_left});
    executor.spawn(Alarm{&waker, &rounds_left});
    executor.run();
  }
  state.SetItemsProcessed(state.iterations() * kRounds * 100);
}
BENCHMARK(HundredWakes<ChannelExecutor>)->Name("ChannelExecutorHundredWakes");
BENCHMARK(HundredWakes<IoExecutor>)->Name("IoExecutorHundredWakes");

/// A task and a thread take turns. Mostly the system's doing: two threads that fall asleep and are
/// woken, each by the other.
struct Asks {
  using Output = void;
  std::atomic<long>* asked;
  std::atomic<long>* answered;
  Waker* waker;
  long rounds;
  long round = 0;

  Poll<void> poll(Context& cx) {
    if (answered->load(std::memory_order_acquire) < round) return pending;
    if (round == rounds) return Poll<void>::ready();
    if (!*waker) *waker = cx.waker();
    asked->store(++round, std::memory_order_release);
    asked->notify_one();
    return pending;
  }
};

template <class Executor>
void WakeFromAnotherThread(benchmark::State& state) {
  constexpr long kRounds = 10'000;
  for (auto _ : state) {
    std::atomic<long> asked{0}, answered{0};
    Waker waker;
    Executor executor;
    executor.spawn(Asks{&asked, &answered, &waker, kRounds});
    std::thread answering([&] {
      for (long round = 1; round <= kRounds; ++round) {
        asked.wait(round - 1, std::memory_order_acquire);
        Waker copy = waker;
        if (round == kRounds) waker = Waker();
        answered.store(round, std::memory_order_release);
        std::move(copy).wake();
      }
    });
    executor.run();
    answering.join();
  }
  state.SetItemsProcessed(state.iterations() * kRounds);
}
BENCHMARK(WakeFromAnotherThread<ChannelExecutor>)
    ->Name("ChannelExecutorWakeFromAnotherThread")
    ->MeasureProcessCPUTime()
    ->UseRealTime();
BENCHMARK(WakeFromAnotherThread<IoExecutor>)
    ->Name("IoExecutorWakeFromAnotherThread")
    ->MeasureProcessCPUTime()
    ->UseRealTime();

}  // namespace
}  // namespace book

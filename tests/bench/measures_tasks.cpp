// Tasks: a turn, a call, a spawn, a join, a select, a box; and what a task weighs.
#include <malloc.h>

#include <chrono>
#include <coroutine>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "02_timer_future/sleep.h"
#include "05_async_await/simple_futures.h"
#include "05_async_await/yield_now.h"
#include "07_join/join.h"
#include "08_select/select.h"
#include "10_spawning/spawn.h"
#include "16_workarounds/boxed_future.h"
#include "measures.h"

namespace book::measures {
namespace {

/// The least that a coroutine can be: no value, no waker, no chain.
struct Bare {
  struct promise_type {
    Bare get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
  std::coroutine_handle<promise_type> handle;
};
Bare suspends(int times) {
  while (times-- > 0) co_await std::suspend_always();
}

/// A loop that runs functions, as programs had before tasks.
class FunctionQueue {
 public:
  void push(std::function<void()> function) { queue_.push_back(std::move(function)); }
  void run_one() {
    const auto function = std::move(queue_.front());
    queue_.pop_front();
    function();
  }
  bool empty() const { return queue_.empty(); }

 private:
  std::deque<std::function<void()>> queue_;
};

[[gnu::noinline]] int one_more(int i) {
  keep(i);
  return i + 1;
}

// ---- a turn --------------------------------------------------------------------------------

Async<> yields(Meter& meter) {
  meter.start();
  for (int i = 0; i < meter.times(); ++i) co_await yield_now();
  meter.stop();
}
void bare_resumes(Meter& meter) {
  const Bare coroutine = suspends(meter.times());
  meter.start();
  for (int i = 0; i < meter.times(); ++i) coroutine.handle.resume();
  meter.stop();
  coroutine.handle.destroy();
}

// ---- a call --------------------------------------------------------------------------------

[[gnu::noinline]] Async<int> async_one_more(int i) { co_return i + 1; }
Async<> calls(Meter& meter) {
  int sum = 0;
  meter.start();
  for (int i = 0; i < meter.times(); ++i) {
    const int next = co_await async_one_more(sum);
    sum = next;
  }
  meter.stop();
  keep(sum);
}
void plain_calls(Meter& meter) {
  int sum = 0;
  meter.start();
  for (int i = 0; i < meter.times(); ++i) sum = one_more(sum);
  meter.stop();
}

[[gnu::noinline]] BoxFuture<int> boxed_one_more(int i) { return boxed(async_one_more(i)); }
Async<> box_calls(Meter& meter) {
  int sum = 0;
  meter.start();
  for (int i = 0; i < meter.times(); ++i) {
    const int next = co_await boxed_one_more(sum);
    sum = next;
  }
  meter.stop();
  keep(sum);
}

// ---- spawn ---------------------------------------------------------------------------------

Async<> adds_one(int& sum) {
  ++sum;
  co_return;
}
Async<> spawns_and_joins(Meter& meter) {
  int sum = 0;
  meter.start();
  for (int i = 0; i < meter.times(); ++i) {
    auto handle = spawn(adds_one(sum));
    co_await handle;
  }
  meter.stop();
}
void functions_one_by_one(Meter& meter) {
  FunctionQueue queue;
  int sum = 0;
  meter.start();
  for (int i = 0; i < meter.times(); ++i) {
    queue.push([&sum] { ++sum; });
    queue.run_one();
  }
  meter.stop();
}

/// A thousand at once, then a turn that comes behind them.
Async<> spawns_many(Meter& meter) {
  meter.start();
  for (int left = meter.times(); left > 0; left -= kBatch) {
    int sum = 0;
    for (int i = 0; i < kBatch; ++i) spawn_detached(adds_one(sum));
    while (sum < kBatch) co_await yield_now();
  }
  meter.stop();
}
void many_functions(Meter& meter) {
  FunctionQueue queue;
  int sum = 0;
  meter.start();
  for (int left = meter.times(); left > 0; left -= kBatch) {
    for (int i = 0; i < kBatch; ++i) queue.push([&sum] { ++sum; });
    while (!queue.empty()) queue.run_one();
  }
  meter.stop();
}

// ---- join, select --------------------------------------------------------------------------

Async<> joins(Meter& meter) {
  meter.start();
  for (int i = 0; i < meter.times(); ++i) {
    auto both = join(ready(i), ready(i + 1));
    auto values = co_await both;
    keep(values);
  }
  meter.stop();
}
void two_calls(Meter& meter) {
  meter.start();
  for (int i = 0; i < meter.times(); ++i) {
    auto values = std::pair(one_more(i), one_more(i + 1));
    keep(values);
  }
  meter.stop();
}

template <class Winner>
Async<> selects(Meter& meter, Winner winner) {
  meter.start();
  for (int i = 0; i < meter.times(); ++i) {
    auto first = select(winner(), never<void>());
    auto which = co_await first;
    keep(which);
  }
  meter.stop();
}
Async<> selects_ready(Meter& meter) {
  return selects(meter, [] { return ready(); });
}
Async<> selects_yield(Meter& meter) { return selects(meter, yield_now); }

// ---- what a task weighs --------------------------------------------------------------------

/// By the allocator's own account, its eight bytes before each block included.
double allocated() {
  const auto now = mallinfo2();
  return static_cast<double>(now.uordblks + now.hblkhd);
}

Async<> waits_forever() { co_await never<void>(); }
Async<> sleeps_an_hour() { co_await sleep(std::chrono::hours(1)); }

void weigh(Meter& meter, Async<> (*task)()) {
  Executor executor({.time = TimeMode::virtual_time});
  const auto spawn_all = [&] {
    for (int i = 0; i < meter.times(); ++i) executor.spawn(task());
    executor.run_ready();
  };
  spawn_all();  // they take the frames that are kept for the next call
  const double before = allocated();
  spawn_all();
  meter.bytes((allocated() - before) / meter.times());
}
void weigh_bare(Meter& meter) {
  std::vector<Bare> all;
  all.reserve(static_cast<std::size_t>(meter.times()));
  const double before = allocated();
  for (int i = 0; i < meter.times(); ++i) {
    all.push_back(suspends(1));
    all.back().handle.resume();
  }
  meter.bytes((allocated() - before) / meter.times());
  for (const Bare& one : all) one.handle.destroy();
}

}  // namespace

void add_task_measures(Measures& all) {
  const Side calls_plainly{"a plain call", plain_calls};
  const Side bare{"a bare coroutine", bare_resumes};
  all.push_back({"yield", {"yield_now(): a wake and a turn", task(yields)}, bare});
  all.push_back({"call", {"co_await of a coroutine", task(calls)}, calls_plainly});
  all.push_back({"box_poll", {"the same in a box", task(box_calls)}, calls_plainly});
  all.push_back({"spawn_one",
                 {"spawn, and await its handle", task(spawns_and_joins)},
                 {"std::function in a queue", functions_one_by_one}});
  all.push_back({"spawn_batch",
                 {"spawn_detached, 1,000 at once", task(spawns_many)},
                 {"std::function in a queue", many_functions}});
  all.push_back(
      {"join", {"join of two that are ready", task(joins)}, {"two plain calls", two_calls}});
  all.push_back({"select_ready", {"select, one is ready", task(selects_ready)}, calls_plainly});
  all.push_back(
      {"select_yield", {"select, one yields", task(selects_yield)}, {"yield_now()", task(yields)}});
  all.push_back({"task_pending",
                 {"a task that waits", [](Meter& meter) { weigh(meter, waits_forever); }},
                 {"a bare coroutine", weigh_bare},
                 Unit::bytes});
  all.push_back({"task_asleep",
                 {"a task that sleeps", [](Meter& meter) { weigh(meter, sleeps_an_hour); }},
                 {"a bare coroutine", weigh_bare},
                 Unit::bytes});
}

}  // namespace book::measures

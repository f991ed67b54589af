// One measure of our runtime a run, for a harness that sets other runtimes beside it:
//
//     peer_bench yield_1        prints "RESULT number": ns an operation, or bytes a task
//
// Exit code 3 and no result: a measure that the book has no chapter for yet. The process ends at
// the result, without tearing down a million tasks.
#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "02_timer_future/sleep.h"
#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "05_async_await/simple_futures.h"
#include "05_async_await/yield_now.h"
#include "07_join/join_all.h"
#include "08_select/futures_unordered.h"
#include "08_select/select.h"
#include "10_spawning/spawn.h"
#include "common/stream.h"
#include "peers.h"

namespace book::peers {
namespace {

/// The same numbers in every runtime that is measured.
struct Random {
  std::uint64_t state = 88172645463325252;
  std::uint64_t next() {
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
  }
};

Async<> hit(Gate& gate) {
  gate.hit();
  co_return;
}

Async<> spawn_batch() {
  Gate gate(kMillion);
  const auto start = SteadyClock::now();
  for (int i = 0; i < kMillion; ++i) spawn_detached(hit(gate));
  auto opened = gate.opened();
  co_await opened;
  result_since(start, kMillion);
}

Async<> nothing() { co_return; }

Async<> spawn_one() {
  const auto start = SteadyClock::now();
  for (int i = 0; i < kMillion; ++i) {
    auto handle = spawn(nothing());
    co_await handle;
  }
  result_since(start, kMillion);
}

Async<> yields(int count, Gate& gate) {
  while (count-- > 0) co_await yield_now();
  gate.hit();
}

Async<> yield_tasks(int tasks) {
  Gate gate(tasks);
  const auto start = SteadyClock::now();
  for (int i = 0; i < tasks; ++i) spawn_detached(yields(10 * kMillion / tasks, gate));
  auto opened = gate.opened();
  co_await opened;
  result_since(start, 10.0 * kMillion);
}

Async<> nest(int depth) {
  if (depth > 1) {
    co_await nest(depth - 1);
  } else {
    for (int i = 0; i < kMillion; ++i) co_await yield_now();
  }
}

Async<> depth(int levels) {
  const auto start = SteadyClock::now();
  co_await nest(levels);
  result_since(start, kMillion);
}

Async<> waits_forever(Gate& gate) {
  gate.hit();
  co_await never<void>();
}

Async<> sleeps_an_hour(Gate& gate) {
  gate.hit();
  co_await sleep(std::chrono::hours(1));
}

Async<> memory(Async<> (*task)(Gate&)) {
  Gate gate(kMillion);
  const double before = resident_bytes();
  for (int i = 0; i < kMillion; ++i) spawn_detached(task(gate));
  auto opened = gate.opened();
  co_await opened;
  result(resident_bytes() - before, kMillion);
}

Async<> sleeps(std::chrono::nanoseconds duration, Gate& gate) {
  co_await sleep(duration);
  gate.hit();
}

Async<> timer_run() {
  Gate gate(kMillion);
  Random random;
  const double start = cpu_nanoseconds();
  for (int i = 0; i < kMillion; ++i) {
    spawn_detached(sleeps(std::chrono::nanoseconds(random.next() % 1'000'000'000), gate));
  }
  auto opened = gate.opened();
  co_await opened;
  result(cpu_nanoseconds() - start, kMillion);
}

/// A timer made, polled once and dropped, with `live` others waiting.
void timer_cancel(int live) {
  Reactor reactor;
  Reactor::Scope scope(reactor);
  Waker waker = Waker::noop();
  Context cx(waker);
  Random random;
  const auto a_while = [&] { return std::chrono::milliseconds(60'000 + random.next() % 100'000); };
  std::vector<std::unique_ptr<Sleep>> others;
  for (int i = 0; i < live; ++i) {
    others.push_back(std::make_unique<Sleep>(sleep(a_while())));
    if (others.back()->poll(cx).is_ready()) std::abort();
  }
  const auto start = SteadyClock::now();
  for (int i = 0; i < kMillion; ++i) {
    Sleep one = sleep(a_while());
    if (one.poll(cx).is_ready()) std::abort();
  }
  result_since(start, kMillion);
}

/// What a child waits for: fired once, by the bench.
struct Shot {
  bool fired = false;
  Waker waiter;
};

class Fired {
 public:
  using Output = void;
  explicit Fired(Shot& shot) : shot_(&shot) {}
  Poll<void> poll(Context& cx) {
    if (shot_->fired) return Poll<void>::ready();
    cx.store(shot_->waiter, "a shot");
    return pending;
  }

 private:
  Shot* shot_;
};

/// 10,000 children that end in random order, 20 times.
enum class JoinHow { burst, one, join_all };
Async<> join_children(JoinHow how) {
  constexpr int kChildren = 10'000;
  constexpr int kRounds = 20;
  Random random;
  std::vector<std::size_t> order(kChildren);
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.next() % i]);

  std::chrono::duration<double, std::nano> total{};
  for (int round = 0; round < kRounds; ++round) {
    std::vector<Shot> shots(kChildren);
    const auto fire = [&](std::size_t index) {
      shots[index].fired = true;
      std::move(shots[index].waiter).wake();
    };
    const auto start = SteadyClock::now();
    if (how == JoinHow::join_all) {
      std::vector<Fired> children;
      children.reserve(kChildren);
      for (Shot& shot : shots) children.emplace_back(shot);
      auto all = join_all(std::move(children));
      auto once = poll_fn([&](Context& cx) {
        if (all.poll(cx).is_ready()) std::abort();
        return Poll<void>::ready();
      });
      co_await once;
      for (const std::size_t index : order) fire(index);
      auto ended = co_await all;
      if (ended.size() != kChildren) std::abort();
    } else {
      FuturesUnordered<Fired> all;
      for (Shot& shot : shots) all.push(Fired(shot));
      auto once = poll_fn([&](Context& cx) {
        if (all.poll_next(cx).is_ready()) std::abort();
        return Poll<void>::ready();
      });
      co_await once;
      if (how == JoinHow::burst) {
        for (const std::size_t index : order) fire(index);
      }
      for (const std::size_t index : order) {
        if (how == JoinHow::one) fire(index);
        auto ended = co_await next(all);
        if (!ended) std::abort();
      }
      if (!all.empty()) std::abort();
    }
    total += SteadyClock::now() - start;
  }
  result(total.count(), kRounds * kChildren);
}

/// Of a future that wins, and one that is never ready.
template <class Winner>
Async<> selects(Winner winner) {
  int won_by_first = 0;
  const auto start = SteadyClock::now();
  for (int i = 0; i < 10 * kMillion; ++i) {
    auto race = select(winner(), never<void>());
    const auto first = co_await race;
    won_by_first += first.index() == 0 ? 1 : 0;
  }
  if (won_by_first != 10 * kMillion) std::abort();
  result_since(start, 10.0 * kMillion);
}

const Measures kMeasures{
    {"spawn_one", in_task(spawn_one)},
    {"spawn_batch", in_task(spawn_batch)},
    {"yield_1", in_task([] { return yield_tasks(1); })},
    {"yield_1000", in_task([] { return yield_tasks(1000); })},
    {"depth_1", in_task([] { return depth(1); })},
    {"depth_10", in_task([] { return depth(10); })},
    {"depth_100", in_task([] { return depth(100); })},
    {"mem_pending", in_task([] { return memory(waits_forever); })},
    {"mem_sleep", in_task([] { return memory(sleeps_an_hour); })},
    {"select_ready", in_task([] { return selects([] { return ready(); }); })},
    {"select_yield", in_task([] { return selects(yield_now); })},
    {"timer_run", in_task(timer_run)},
    {"timer_cancel", [] { timer_cancel(0); }},
    {"timer_cancel_100k", [] { timer_cancel(100'000); }},
    {"join_burst", in_task([] { return join_children(JoinHow::burst); })},
    {"join_one", in_task([] { return join_children(JoinHow::one); })},
    {"join_all", in_task([] { return join_children(JoinHow::join_all); })},
};

Measures all_measures() {
  Measures all = kMeasures;
  add_channel_measures(all);
  add_sync_measures(all);
  add_thread_measures(all);
  add_box_measures(all);
  add_blocking_measures(all);
  return all;
}

}  // namespace
}  // namespace book::peers

int main(int argc, char** argv) {
  const book::peers::Measures measures = book::peers::all_measures();
  if (argc != 2) {
    fmt::print(stderr, "usage: peer_bench MEASURE, one of:");
    for (const auto& [name, run] : measures) fmt::print(stderr, " {}", name);
    fmt::print(stderr, "\n");
    return 2;
  }
  const auto found = measures.find(argv[1]);
  if (found == measures.end()) return 3;
  found->second();
}

// The measures of chapter 11's channels: see peers.cpp. Each does what its namesake of the other
// runtimes does, in one process with one thread.
#include <cstddef>
#include <cstdlib>
#include <utility>
#include <vector>

#include "05_async_await/yield_now.h"
#include "11_channels/broadcast.h"
#include "11_channels/mpsc.h"
#include "11_channels/oneshot.h"
#include "11_channels/watch.h"
#include "peers.h"

namespace book::peers {
namespace {

// ---- mpsc ----------------------------------------------------------------------------------

Async<> serves(Sender<int> tx, Receiver<int> rx, Gate& gate) {
  for (int i = 0; i < kMillion; ++i) {
    co_await tx.send(i);
    const auto back = co_await next(rx);
    if (back != i) std::abort();
  }
  gate.hit();
}
Async<> returns(Sender<int> tx, Receiver<int> rx, Gate& gate) {
  for (int i = 0; i < kMillion; ++i) {
    const auto ball = co_await next(rx);
    co_await tx.send(ball.value());
  }
  gate.hit();
}
Async<> pingpong() {
  auto there = channel<int>(1);
  auto back = channel<int>(1);
  Gate gate(2);
  const auto start = SteadyClock::now();
  spawn_detached(serves(std::move(there.sender), std::move(back.receiver), gate));
  spawn_detached(returns(std::move(back.sender), std::move(there.receiver), gate));
  auto opened = gate.opened();
  co_await opened;
  result_since(start, 2.0 * kMillion);
}

Async<> sends_a_million(Sender<int> tx) {
  for (int i = 0; i < kMillion; ++i) co_await tx.send(i);
}
Async<> mpsc4() {
  auto ends = channel<int>(100);
  const auto start = SteadyClock::now();
  for (int i = 0; i < 4; ++i) spawn_detached(sends_a_million(ends.sender));
  { const auto gone = std::move(ends.sender); }
  int count = 0;
  for (;;) {
    const auto item = co_await next(ends.receiver);
    if (!item) break;
    ++count;
  }
  if (count != 4 * kMillion) std::abort();
  result_since(start, count);
}

Async<> mpsc_try() {
  auto [tx, rx] = channel<int>(100);
  const auto start = SteadyClock::now();
  for (int i = 0; i < 10 * kMillion; ++i) {
    if (tx.try_send(int{i}) != TrySend::sent) std::abort();
    if (rx.try_recv().item() != i) std::abort();
  }
  result_since(start, 10.0 * kMillion);
  co_return;
}

// ---- oneshot -------------------------------------------------------------------------------

Async<> one_oneshot_after_the_other() {
  const auto start = SteadyClock::now();
  for (int i = 0; i < 10 * kMillion; ++i) {
    auto [tx, rx] = oneshot<int>();
    tx.send(int{i});
    const int value = co_await rx;
    if (value != i) std::abort();
  }
  result_since(start, 10.0 * kMillion);
}

Async<> waits_for_nothing(OneshotReceiver<char> rx, Gate& gate) {
  gate.hit();
  co_await rx;
}
/// A task on a oneshot that is never sent, a million times.
Async<> mem_oneshot() {
  std::vector<OneshotSender<char>> kept;
  kept.reserve(kMillion);
  for (int i = 0; i < kMillion; ++i) kept.emplace_back(nullptr);  // touched before it is measured
  Gate gate(kMillion);
  const double before = resident_bytes();
  for (int i = 0; i < kMillion; ++i) {
    auto [tx, rx] = oneshot<char>();
    kept[static_cast<std::size_t>(i)] = std::move(tx);
    spawn_detached(waits_for_nothing(std::move(rx), gate));
  }
  auto opened = gate.opened();
  co_await opened;
  result(resident_bytes() - before, kMillion);
}

// ---- one to many ---------------------------------------------------------------------------

constexpr int kListeners = 8;
constexpr int kSends = kMillion / 5;

Async<> hears(BroadcastReceiver<int> rx, int& heard) {
  for (;;) {
    const auto item = co_await next(rx);
    if (!item) break;
    ++heard;
  }
}
Async<> hears(WatchReceiver<int> rx, int& heard) {
  for (int last = 0; last < kSends; ++heard) {
    co_await rx.changed();
    last = *rx.get();
  }
}

/// One task sends; eight others get each value, and wait again before the next.
template <class Tx>
Async<> fan_out(Tx tx) {
  int heard = 0;
  for (int i = 0; i < kListeners; ++i) spawn_detached(hears(tx.subscribe(), heard));
  co_await yield_now();
  const auto start = SteadyClock::now();
  for (int i = 1; i <= kSends; ++i) {
    tx.send(i);
    while (heard < kListeners * i) co_await yield_now();
  }
  result_since(start, 1.0 * kListeners * kSends);
}

}  // namespace

void add_channel_measures(Measures& measures) {
  measures["pingpong"] = in_task(pingpong);
  measures["mpsc4"] = in_task(mpsc4);
  measures["mpsc_try"] = in_task(mpsc_try);
  measures["oneshot"] = in_task(one_oneshot_after_the_other);
  measures["mem_oneshot"] = in_task(mem_oneshot);
  measures["broadcast8"] = in_task([] { return fan_out(broadcast<int>(16).sender); });
  measures["watch8"] = in_task([] { return fan_out(watch(0).sender); });
}

}  // namespace book::peers

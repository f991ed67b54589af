// The measures of chapter 15's thread pool: see peers.cpp. Each does what its namesake of the other
// runtimes does, on two workers.
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "05_async_await/yield_now.h"
#include "11_channels/mpsc.h"
#include "15_threads/thread_pool_executor.h"
#include "peers.h"

namespace book::peers {
namespace {

/// Inside a task of a pool, which is not the root: that one stays on its thread.
std::function<void()> in_pool_task(const std::function<Async<>()>& make) {
  return [make] {
    ThreadPoolExecutor pool({.workers = 2});
    pool.spawn(make());
    pool.run();
  };
}

Async<> nothing() { co_return; }

Async<> mt_spawn() {
  const auto start = SteadyClock::now();
  for (int i = 0; i < kMillion; ++i) {
    auto handle = spawn(nothing());
    co_await handle;
  }
  result_since(start, kMillion);
}

Async<> yields(int count) {
  while (count-- > 0) co_await yield_now();
}
Async<> mt_yield1000() {
  constexpr int kTasks = 1000;
  const auto start = SteadyClock::now();
  std::vector<JoinHandle<void>> handles;
  for (int i = 0; i < kTasks; ++i) handles.push_back(spawn(yields(10 * kMillion / kTasks)));
  for (auto& handle : handles) co_await handle;
  result_since(start, 10.0 * kMillion);
}

Async<> serves(Sender<int> tx, Receiver<int> rx) {
  for (int i = 0; i < kMillion; ++i) {
    co_await tx.send(i);
    const auto back = co_await next(rx);
    if (back != i) std::abort();
  }
}
Async<> returns(Sender<int> tx, Receiver<int> rx) {
  for (int i = 0; i < kMillion; ++i) {
    const auto ball = co_await next(rx);
    co_await tx.send(ball.value());
  }
}
Async<> mt_pingpong() {
  auto there = channel<int>(1);
  auto back = channel<int>(1);
  const auto start = SteadyClock::now();
  auto one = spawn(serves(std::move(there.sender), std::move(back.receiver)));
  auto other = spawn(returns(std::move(back.sender), std::move(there.receiver)));
  co_await one;
  co_await other;
  result_since(start, 2.0 * kMillion);
}

Async<> sends_a_million(Sender<int> tx) {
  for (int i = 0; i < kMillion; ++i) co_await tx.send(i);
}
Async<> mt_mpsc4() {
  auto ends = channel<int>(100);
  const auto start = SteadyClock::now();
  for (int i = 0; i < 4; ++i) spawn(sends_a_million(ends.sender));
  { const auto gone = std::move(ends.sender); }
  int count = 0;
  for (;;) {
    const auto item = co_await next(ends.receiver);
    if (!item) break;
    ++count;
  }
  if (count != 4 * kMillion) std::abort();
  result_since(start, 4.0 * kMillion);
}

// ---- Trees of tasks, each joined by its handle ---------------------------------------------

Async<std::uint64_t> sky(std::uint64_t first, std::uint64_t size) {
  if (size == 1) co_return first;
  std::vector<JoinHandle<std::uint64_t>> children;
  children.reserve(10);
  for (std::uint64_t i = 0; i < 10; ++i) {
    children.push_back(spawn(sky(first + i * (size / 10), size / 10)));
  }
  std::uint64_t sum = 0;
  for (auto& child : children) {
    const std::uint64_t one = co_await child;
    sum += one;
  }
  co_return sum;
}
Async<std::uint64_t> fib(unsigned n) {
  if (n < 2) co_return n;
  auto first = spawn(fib(n - 1));
  auto second = spawn(fib(n - 2));
  const std::uint64_t a = co_await first;
  const std::uint64_t b = co_await second;
  co_return a + b;
}
Async<> tree(Async<std::uint64_t> root, std::uint64_t expected) {
  const auto start = SteadyClock::now();
  auto handle = spawn(std::move(root));
  const std::uint64_t sum = co_await handle;
  if (sum != expected) std::abort();
  result_since(start, 1e6);  // ms in all
}

// ---- An idle pool --------------------------------------------------------------------------

/// Context switches of all threads but the first.
double switches() {
  double all = 0;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    if (task.path().filename() == std::to_string(::getpid())) continue;
    std::ifstream in(task.path() / "status");
    double number;
    for (std::string key; in >> key;) {
      if (key.ends_with("ctxt_switches:") && in >> number) all += number;
    }
  }
  return all;
}
void mt_idle() {
  ThreadPoolExecutor pool({.workers = 3});  // two threads, and this one, which is none of it
  for (int i = 0; i < 1000; ++i) pool.spawn(yields(1));
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  const double before = switches();
  const double cpu = cpu_nanoseconds();
  std::this_thread::sleep_for(std::chrono::seconds(2));
  result(switches() - before + static_cast<int>((cpu_nanoseconds() - cpu) / 1e6), 1);
}

}  // namespace

void add_thread_measures(Measures& measures) {
  measures.emplace("mt_spawn", in_pool_task(mt_spawn));
  measures.emplace("mt_yield1000", in_pool_task(mt_yield1000));
  measures.emplace("mt_pingpong", in_pool_task(mt_pingpong));
  measures.emplace("mt_mpsc4", in_pool_task(mt_mpsc4));
  measures.emplace("skynet", in_pool_task([] { return tree(sky(0, kMillion), 499'999'500'000); }));
  measures.emplace("fib", in_pool_task([] { return tree(fib(27), 196'418); }));
  measures.emplace("mt_idle", mt_idle);
}

}  // namespace book::peers

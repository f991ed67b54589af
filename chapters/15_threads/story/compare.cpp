#include "15_threads/story/compare.h"

#include <fmt/format.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "04_io_executor/executor.h"
#include "05_async_await/async.h"
#include "05_async_await/yield_now.h"
#include "10_spawning/spawn.h"
#include "11_channels/mpsc.h"
#include "15_threads/thread_pool_executor.h"
#include "common/program/narrator.h"
#include "common/stream.h"

namespace book::story {
namespace {

constexpr int kSpawns = 50'000;
constexpr int kTasks = 100, kYields = 1'000;
constexpr int kRounds = 20'000;

Async<> nothing() { co_return; }

Async<> spawns() {
  for (int i = 0; i < kSpawns; ++i) {
    auto handle = spawn(nothing());
    co_await handle;
  }
}

Async<> yields_often() {
  for (int i = 0; i < kYields; ++i) co_await yield_now();
}

Async<> yields() {
  std::vector<JoinHandle<void>> handles;
  for (int i = 0; i < kTasks; ++i) handles.push_back(spawn(yields_often()));
  for (auto& handle : handles) co_await handle;
}

Async<> sends_back(Receiver<int> balls, Sender<int> back) {
  for (int i = 0; i < kRounds; ++i) {
    const auto ball = co_await next(balls);
    co_await back.send(*ball);
  }
}

Async<> plays() {
  auto there = channel<int>(1);
  auto back = channel<int>(1);
  auto other = spawn(sends_back(std::move(there.receiver), std::move(back.sender)));
  for (int i = 0; i < kRounds; ++i) {
    co_await there.sender.send(i);
    co_await next(back.receiver);
  }
  co_await other;
}

/// In a task that may be moved: what block_on is given stays.
Async<> in_a_task(Async<> work) {
  auto handle = spawn(std::move(work));
  co_await handle;
}

template <class Anything>
std::string ns_for(Anything& executor, Async<> work, int count) {
  const auto start = std::chrono::steady_clock::now();
  executor.block_on(in_a_task(std::move(work)));
  const auto took = std::chrono::steady_clock::now() - start;
  const auto each = std::chrono::duration_cast<std::chrono::nanoseconds>(took).count() / count;
  return "~" + grouped(each) + " ns";
}

template <class Anything>
void measure(const char* name, Anything& executor) {
  fmt::print("   {:<25} {:>13}", name, ns_for(executor, spawns(), kSpawns));
  fmt::print(" {:>13}", ns_for(executor, yields(), kTasks * kYields));
  fmt::print(" {:>13}\n", ns_for(executor, plays(), 2 * kRounds));
}

}  // namespace

void the_same_work_on_three_executors() {
  fmt::print("   {:<25} {:>13} {:>13} {:>13}\n", "", "spawn, await", "yield", "a message");
  {
    Executor executor;
    measure("chapter 04's executor", executor);
  }
  for (const unsigned workers : {1u, 2u}) {
    ThreadPoolExecutor pool({.workers = workers});
    measure(workers == 1 ? "a pool of one worker" : "a pool of two", pool);
  }
}

}  // namespace book::story

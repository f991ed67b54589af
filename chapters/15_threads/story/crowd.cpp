#include "15_threads/story/crowd.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <functional>
#include <iterator>
#include <latch>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "02_timer_future/story/process_figures.h"
#include "04_io_executor/executor.h"
#include "05_async_await/async.h"
#include "05_async_await/yield_now.h"
#include "12_sync/notify.h"
#include "15_threads/thread_pool_executor.h"
#include "common/program/narrator.h"
#include "common/start_thread.h"

namespace book::story {
namespace {

using SteadyClock = std::chrono::steady_clock;

long long ms_since(SteadyClock::time_point start) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(SteadyClock::now() - start).count();
}

/// `gather` brings the crowd to the door, and says how many have come; `open` lets all of them
/// through, and returns when the last one has gone.
void measure(const char* what, const std::function<int()>& gather,
             const std::function<void()>& open) {
  return_free_memory();
  const long long before = read_process_figures().memory_kib;
  const auto start = SteadyClock::now();
  const int count = std::max(gather(), 1);
  const long long gathered = ms_since(start);
  const long long kib = std::max(read_process_figures().memory_kib - before, 0LL);
  const auto opened = SteadyClock::now();
  open();
  fmt::print("   {:>11} {:<8} {:>12} {:>12} {:>13} {:>14}\n", "~" + grouped(count), what,
             fmt::format("~{} ms", grouped(gathered)), fmt::format("~{} KiB", grouped(kib)),
             fmt::format("~{} bytes", grouped(1024 * kib / count)),
             fmt::format("~{} ms", grouped(ms_since(opened))));
}

// ---- threads ----------------------------------------------------------------

void threads_that_wait(int count) {
  std::latch door(1);
  std::atomic<int> arrived{0};
  std::vector<std::thread> threads;
  const auto gather = [&] {
    try {
      while (std::ssize(threads) < count) {
        threads.push_back(start_thread([&] {
          ++arrived;
          door.wait();
        }));
      }
    } catch (const std::system_error& error) {
      fmt::print(stderr, "15_threads: {}: carrying on with {} of {}\n", error.what(),
                 grouped(std::ssize(threads)), grouped(count));
    }
    const int made = static_cast<int>(std::ssize(threads));
    while (arrived < made) std::this_thread::yield();
    return made;
  };
  const auto open = [&] {
    door.count_down();
    for (std::thread& thread : threads) thread.join();
  };
  measure("threads", gather, open);
}

// ---- tasks ------------------------------------------------------------------

struct Door {
  Notify opened;
  std::atomic<int> arrived{0};
};

Async<> goes_through(Door& door) {
  Notified opened = door.opened.notified();
  ++door.arrived;
  co_await opened;
}

Async<> lets_them_come(Door& door, int count) {
  for (int i = 0; i < count; ++i) spawn_detached(goes_through(door));
  while (door.arrived < count) co_await yield_now();
}

void tasks_that_wait(int count) {
  Door door;
  ThreadPoolExecutor pool({.workers = 2});
  const auto gather = [&] {
    pool.block_on(lets_them_come(door, count));
    return count;
  };
  const auto open = [&] {
    door.opened.notify_all();
    pool.run();
  };
  measure("tasks", gather, open);
}

}  // namespace

void threads_against_tasks(int threads, int tasks) {
  fmt::print("   {:>20} {:>12} {:>12} {:>13} {:>14}\n", "they wait", "come in", "memory",
             "for each one", "are through in");
  threads_that_wait(std::min(threads, kThreadLimit));
  tasks_that_wait(threads);
  tasks_that_wait(tasks);
}

}  // namespace book::story

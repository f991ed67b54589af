#include "15_threads/story/polls.h"

#include <fmt/format.h>

#include <array>
#include <atomic>
#include <barrier>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <latch>
#include <mutex>
#include <semaphore>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "05_async_await/async.h"
#include "05_async_await/simple_futures.h"
#include "10_spawning/spawn.h"
#include "15_threads/thread_pool_executor.h"
#include "common/program/narrator.h"
#include "common/start_thread.h"

namespace book::story {
namespace {

// ---- a thousand tasks -------------------------------------------------------

constexpr std::size_t kTasks = 1000;
constexpr int kPolls = 4;

struct Hall {
  std::array<std::atomic<bool>, kTasks> polled{};  // is this one being polled now?
  std::atomic<int> polls{0}, met{0};
};

/// Something to do, for some ten microseconds.
void computes() {
  static std::atomic<std::uint64_t> sink{0};
  std::uint64_t x = 88172645463325252u;
  for (int i = 0; i < 10'000; ++i) {
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
  }
  sink.store(x, std::memory_order_relaxed);
}

/// A task that wakes itself while it is polled. A second worker that took it up at once would meet
/// the first one here.
class Works {
 public:
  using Output = std::uint64_t;
  Works(Hall& hall, std::size_t number) : hall_(hall), number_(number) {}

  Poll<std::uint64_t> poll(Context& cx) {
    if (hall_.polled[number_].exchange(true)) ++hall_.met;
    ++hall_.polls;
    const bool is_last = ++polls_ == kPolls;
    if (!is_last) cx.waker().wake_by_ref();
    computes();
    hall_.polled[number_].store(false);
    if (!is_last) return pending;
    return Poll<std::uint64_t>::ready(number_ + 1);
  }

 private:
  Hall& hall_;
  std::size_t number_;
  int polls_ = 0;
};

Async<std::uint64_t> sum_of_all(Hall& hall) {
  std::vector<JoinHandle<std::uint64_t>> handles;
  for (std::size_t i = 0; i < kTasks; ++i) handles.push_back(spawn(Works(hall, i)));
  std::uint64_t sum = 0;
  for (auto& handle : handles) {
    const std::uint64_t one = co_await handle;
    sum += one;
  }
  co_return sum;
}

}  // namespace

void the_same_thousand() {
  for (const unsigned workers : {1u, 2u, 4u}) {
    Hall hall;
    ThreadPoolExecutor pool({.workers = workers});
    const auto start = std::chrono::steady_clock::now();
    const std::uint64_t sum = pool.block_on(sum_of_all(hall));
    const auto took = std::chrono::steady_clock::now() - start;
    fmt::print("   {} worker{} the sum is {}, {} polls, two at the same time: {}, ~{} ms\n",
               workers, workers == 1 ? ": " : "s:", grouped(static_cast<long long>(sum)),
               grouped(hall.polls), hall.met.load(),
               std::chrono::duration_cast<std::chrono::milliseconds>(took).count());
  }
}

void four_at_the_same_moment() {
  ThreadPoolExecutor pool({.workers = 4});
  std::barrier meeting(4);
  std::mutex mutex;
  std::set<std::thread::id> threads;
  for (int i = 0; i < 4; ++i) {
    pool.spawn(poll_fn([&](Context&) -> Poll<void> {
      meeting.arrive_and_wait();  // blocks the thread until four tasks are here
      const std::lock_guard lock(mutex);
      threads.insert(std::this_thread::get_id());
      return Poll<void>::ready();
    }));
  }
  pool.run();
  fmt::print("   4 tasks met, on {} threads\n", threads.size());
}

void woken_while_it_is_polled() {
  ThreadPoolExecutor pool({.workers = 2});
  std::atomic<int> polls{0}, inside{0}, met{0};
  Waker waker;
  std::binary_semaphore stored{0};
  std::latch woken(1);
  pool.spawn(poll_fn([&](Context& cx) -> Poll<void> {
    if (++inside > 1) ++met;
    const bool is_first = ++polls == 1;
    if (is_first) {
      waker = cx.waker();
      stored.release();
      woken.wait();  // the wakes come now, and this poll has not returned yet
    }
    --inside;
    return is_first ? Poll<void>(pending) : Poll<void>::ready();
  }));
  std::thread other = start_thread([&] {
    stored.acquire();
    for (int i = 0; i < 3; ++i) waker.wake_by_ref();
    { const Waker gone = std::move(waker); }
    woken.count_down();
  });
  pool.run();
  other.join();
  fmt::print("   woken 3 times in its first poll: {} polls in all, two at the same time: {}\n",
             polls.load(), met.load());
}

}  // namespace book::story

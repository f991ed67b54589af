#include "15_threads/story/endings.h"

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <latch>
#include <memory>
#include <optional>
#include <semaphore>
#include <string>
#include <thread>
#include <utility>

#include "02_timer_future/sleep.h"
#include "05_async_await/async.h"
#include "05_async_await/simple_futures.h"
#include "05_async_await/yield_now.h"
#include "10_spawning/spawn.h"
#include "12_sync/barrier.h"
#include "12_sync/mutex.h"
#include "15_threads/runtime.h"
#include "15_threads/spawn_local.h"
#include "15_threads/story/caught_stderr.h"
#include "common/start_thread.h"

namespace book::story {
namespace {

using namespace std::chrono_literals;

// ---- silence ----------------------------------------------------------------

struct Locks {
  Mutex<int> left{0}, right{0};
  Barrier both_have_one{2};
};

Async<> takes_two(Mutex<int>& first, Mutex<int>& second, Locks& locks) {
  const Guard<int> has = co_await first.lock();
  co_await locks.both_have_one.wait();
  const Guard<int> wants = co_await second.lock();
}

// ---- the end ----------------------------------------------------------------

struct Drops {
  std::atomic<int> begun{0}, all{0}, at_home{0};
};

/// Notes that it is dropped, and whether that is on the thread where it was polled first.
class Guest {
 public:
  explicit Guest(Drops& drops) : drops_(&drops) {}
  Guest(Guest&& other) noexcept : drops_(std::exchange(other.drops_, nullptr)) {}
  ~Guest() {
    if (!drops_) return;
    ++drops_->all;
    if (home_ == std::this_thread::get_id()) ++drops_->at_home;
  }
  void arrives() {
    ++drops_->begun;
    home_ = std::this_thread::get_id();
  }

 private:
  Drops* drops_;
  std::optional<std::thread::id> home_;
};

Async<> never_ends(Guest guest) {
  guest.arrives();
  co_await sleep(1h);
}

Async<> spawns_one_that_stays(Drops& drops) {
  spawn_local(never_ends(Guest(drops)));
  co_return;
}

Async<> spawns_a_hundred(Drops& drops) {
  for (int i = 0; i < 100; ++i) spawn(spawns_one_that_stays(drops));
  while (drops.begun < 100) co_await yield_now();
}

// ---- the traps ----------------------------------------------------------------

/// Says pending, and keeps no waker.
auto forgets() {
  return poll_fn([](Context& cx) -> Poll<void> {
    cx.waits_for("a call that nobody will make");
    return pending;
  });
}

struct Stuck {
  std::binary_semaphore inside{0};
  std::latch never{1};
};

Async<> blocks_forever(std::shared_ptr<Stuck> stuck) {
  stuck->inside.release();
  stuck->never.wait();
  co_return;
}

}  // namespace

void two_that_wait_for_each_other() {
  Locks locks;
  ThreadPoolExecutor pool({.workers = 2});
  CaughtStderr said;
  auto first = pool.spawn(takes_two(locks.left, locks.right, locks));
  auto second = pool.spawn(takes_two(locks.right, locks.left, locks));
  std::string text;
  std::thread reader = start_thread([&] {
    text = said.lines(3);  // this thread waits until it has been said
    first.abort();
  });
  pool.run();
  reader.join();
  fmt::print("   on stderr: {}", text);
  fmt::print("   The first is aborted, its lock is free, and the second ends.\n");
}

void the_end_of_a_pool() {
  Drops drops;
  {
    Runtime runtime = Runtime::builder().workers(2).name("guest house").build();
    runtime.block_on(spawns_a_hundred(drops));
    fmt::print("   100 tasks wait, each on the worker that has spawned it; dropped: {}\n",
               drops.all.load());
    fmt::print("   shutdown: {} polls do not return\n", runtime.shutdown(5s));
  }
  fmt::print("   dropped: {}, on the thread where they lived: {}\n", drops.all.load(),
             drops.at_home.load());
}

void forgets_its_waker() {
  ThreadPoolExecutor pool({.workers = 2});
  for (int i = 0; i < 12; ++i) pool.spawn(forgets());
  pool.run();
}

void has_a_virtual_clock() {
  ThreadPoolExecutor pool({.workers = 2, .time = TimeMode::virtual_time});
}

void has_a_seed() { ThreadPoolExecutor pool({.workers = 2, .seed = 7}); }

void has_too_many_workers() { ThreadPoolExecutor pool({.workers = 10'000}); }

void ends_the_pool_inside() {
  ThreadPoolExecutor pool({.workers = 2});
  pool.block_on(poll_fn([&](Context&) -> Poll<void> {
    pool.shutdown(1s);
    return Poll<void>::ready();
  }));
}

void destroys_the_pool_inside() {
  auto pool = std::make_unique<ThreadPoolExecutor>(ThreadPoolOptions{.workers = 2});
  pool->block_on(poll_fn([&](Context&) -> Poll<void> {
    pool.reset();
    return Poll<void>::ready();
  }));
}

void runs_the_pool_inside() {
  ThreadPoolExecutor pool({.workers = 2});
  pool.block_on(poll_fn([&](Context&) -> Poll<void> {
    pool.run();
    return Poll<void>::ready();
  }));
}

void never_returns() {
  const auto stuck = std::make_shared<Stuck>();
  ThreadPoolExecutor pool({.workers = 2});
  pool.spawn(blocks_forever(stuck));
  stuck->inside.acquire();
  pool.shutdown(100ms);
}

}  // namespace book::story

#include "15_threads/story/queues.h"

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <latch>
#include <thread>

#include "02_timer_future/sleep.h"
#include "05_async_await/async.h"
#include "10_spawning/spawn.h"
#include "15_threads/thread_pool_executor.h"
#include "common/program/narrator.h"

namespace book::story {
namespace {

using namespace std::chrono_literals;

// ---- a thief ----------------------------------------------------------------

struct Heap {
  std::latch all_done{300};
  std::thread::id owner{};
  std::atomic<int> by_owner{0}, by_others{0};
};

Async<> is_one_of_many(Heap& heap) {
  ++(std::this_thread::get_id() == heap.owner ? heap.by_owner : heap.by_others);
  heap.all_done.count_down();
  co_return;
}

Async<> queues_and_blocks(Heap& heap) {
  heap.owner = std::this_thread::get_id();
  for (int i = 0; i < 300; ++i) spawn(is_one_of_many(heap));
  heap.all_done.wait();  // blocks the thread: its queue is left to the others
  co_return;
}

// ---- a worker that is stuck ---------------------------------------------------

struct Gate {
  std::atomic<bool> is_blocked{false};
  std::latch open{1};
};

Async<> blocks_its_thread(Gate& gate, Instant start) {
  co_await sleep(1ms);  // so it is the worker that has read the timer that blocks
  say_about(start, "one task blocks its thread");
  gate.is_blocked = true;
  gate.open.wait();
  say_about(start, "it goes on");
}

Async<> opens_it_by_a_timer(Gate& gate, Instant start) {
  while (!gate.is_blocked) co_await sleep(1ms);
  co_await sleep(30ms);
  say_about(start, "another one's timer has rung: it opens");
  gate.open.count_down();
}

}  // namespace

void a_full_queue_and_a_thief() {
  Heap heap;
  ThreadPoolExecutor pool({.workers = 2});
  pool.spawn(queues_and_blocks(heap));
  pool.run();
  std::uint64_t steals = 0;
  for (const WorkerStats& one : pool.stats()) steals += one.steals;
  fmt::print("   of 300 tasks its own worker ran {}, and the other one {}\n", heap.by_owner.load(),
             heap.by_others.load());
  fmt::print("   the other one came as a thief ~{} times\n", steals);
}

void a_worker_that_is_stuck() {
  Gate gate;
  ThreadPoolExecutor pool({.workers = 2});
  const Reactor::Scope current(pool.reactor());
  const Instant start = pool.reactor().now();
  pool.spawn(blocks_its_thread(gate, start));
  pool.spawn(opens_it_by_a_timer(gate, start));
  pool.run();
}

}  // namespace book::story

#include "14_blocking/story/jobs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <atomic>
#include <barrier>
#include <chrono>
#include <latch>
#include <memory>
#include <vector>

#include "10_spawning/join_error.h"
#include "14_blocking/spawn_blocking.h"

namespace book::story {
namespace {

using namespace std::chrono_literals;

/// What jobs leave behind: they run on other threads, so all of it is made for that.
struct Board {
  std::atomic<int> at_work{0};
  std::atomic<int> most{0};
  std::barrier<> pair{2};
  std::vector<int> order;  // of the jobs of one thread
};

/// Goes on when another one is here, too.
void works_with_another(Board& board) {
  const int now = ++board.at_work;
  int most = board.most;
  while (most < now && !board.most.compare_exchange_weak(most, now)) {
  }
  board.pair.arrive_and_wait();
  --board.at_work;
  board.pair.arrive_and_wait();
}

/// Keeps a thread until it is let go.
struct Busy {
  std::latch begun{1};
  std::latch may_end{1};
};
int is_busy(Busy& busy) {
  busy.begun.count_down();
  busy.may_end.wait();
  return 7;
}

Async<> tell_the_end(const char* who, JoinHandle<int> handle) {
  try {
    const int value = co_await handle;
    fmt::print("   {}: {}\n", who, value);
  } catch (const JoinError& error) {
    const bool aborted = error.why() == JoinError::Why::aborted;
    fmt::print("   {}: JoinError, it {} before it began\n", who,
               aborted ? "was aborted" : "was dropped at the pool's end");
  }
}

}  // namespace

Async<> ten_jobs() {
  {
    BlockingPool pool({.max_threads = 2});
    const auto board = std::make_shared<Board>();
    std::vector<JoinHandle<void>> handles;
    for (int i = 0; i < 10; ++i) {
      handles.push_back(spawn_blocking(pool, [board] { works_with_another(*board); }));
    }
    for (auto& handle : handles) co_await handle;
    fmt::print("   on two threads: never more than {} at once, and {} threads were started\n",
               board->most.load(), pool.stats().started);
  }
  BlockingPool pool({.max_threads = 1});
  const auto board = std::make_shared<Board>();
  std::vector<JoinHandle<void>> handles;
  for (int i = 1; i <= 10; ++i) {
    handles.push_back(spawn_blocking(pool, [board, i] { board->order.push_back(i); }));
  }
  for (auto& handle : handles) co_await handle;
  fmt::print("   on one thread, in this order: {}\n", fmt::join(board->order, " "));
}

Async<> called_off() {
  BlockingPool pool({.max_threads = 1});
  const auto busy = std::make_shared<Busy>();
  auto runs = spawn_blocking(pool, [busy] { return is_busy(*busy); });
  auto waits = spawn_blocking(pool, [] { return 8; });
  busy->begun.wait();  // blocks: nothing else is on the loop's thread, and it is a moment
  runs.abort();
  waits.abort();
  busy->may_end.count_down();
  co_await tell_the_end("the one that ran", std::move(runs));
  co_await tell_the_end("the one that waited for a thread", std::move(waits));
}

Async<> the_end_of_a_pool() {
  BlockingPool pool({.max_threads = 1});
  const auto busy = std::make_shared<Busy>();
  auto runs = spawn_blocking(pool, [busy] { return is_busy(*busy); });
  auto waits = spawn_blocking(pool, [] { return 8; });
  busy->begun.wait();  // blocks: nothing else is on the loop's thread, and it is a moment
  fmt::print("   shutdown(0s): {} job is left running\n", pool.shutdown(0s));
  co_await tell_the_end("the one that waited for a thread", std::move(waits));
  busy->may_end.count_down();
  co_await tell_the_end("the one that was left, later", std::move(runs));
}

}  // namespace book::story

#include "12_sync/story/locks.h"

#include <fmt/format.h>
#include <pthread.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <utility>

#include "02_timer_future/sleep.h"
#include "07_join/join.h"
#include "08_select/select.h"
#include "10_spawning/spawn.h"
#include "12_sync/mutex.h"
#include "common/program/narrator.h"

namespace book::story {
namespace {

using namespace std::chrono_literals;

// ---- a mutex for threads --------------------------------------------------

Async<> holds_it_across_an_await(std::mutex& mutex, Instant start) {
  std::unique_lock lock(mutex);  // lint: allow lock
  say(start, "a has locked it, and awaits");
  co_await sleep(50ms);
  say(start, "a unlocks it");
}

/// Would mutex.lock() put this thread to sleep? (To ask mutex.try_lock() from the thread that has
/// the lock is undefined in C++. In POSIX, which is beneath it here, the answer is EBUSY.)
bool would_sleep(std::mutex& mutex) {
  if (pthread_mutex_trylock(mutex.native_handle()) != 0) return true;
  mutex.unlock();
  return false;
}

Async<> wants_it_too(std::mutex& mutex, Instant start) {
  for (const auto pause : {10ms, 30ms, 30ms}) {
    co_await sleep(pause);
    say(start, would_sleep(mutex) ? "b: lock() would put the thread to sleep, and a with it"
                                  : "b: now it is free");
  }
}

// ---- a mutex for tasks ----------------------------------------------------

/// Reads, waits, and writes. Without the lock one of two would write over what the other wrote.
Async<> adds_twice(Mutex<int>& counter, char who, Instant start) {
  for (int i = 0; i < 2; ++i) {
    Guard<int> guard = co_await counter.lock();
    const int seen = *guard;
    say(start, fmt::format("{} has the lock, and reads {}", who, seen));
    co_await sleep(50ms);
    *guard = seen + 1;
  }
}

Async<> has_nothing_to_do_with_it(Instant start) {
  for (int i = 0; i < 2; ++i) {
    co_await sleep(70ms);
    say(start, "          and another task goes on");
  }
}

// ---- the trap -------------------------------------------------------------

/// Tasks of their own share the mutex: whichever ends last takes it along.
using Shared = std::shared_ptr<Mutex<int>>;

Async<> works_slowly(Shared counter, Instant start) {
  Guard<int> guard = co_await counter->lock();
  say(start, "the first task has the lock");
  co_await sleep(100ms);
  *guard = 1;
  say(start, "the first task unlocks");
}

Async<> stands_in_line(Shared counter, Instant start) {
  say(start, "the third task waits for the lock");
  const Guard<int> guard = co_await counter->lock();
  say(start, fmt::format("the third task reads {}", *guard));
}

}  // namespace

Async<> a_std_mutex_across_an_await(Instant start) {
  std::mutex mutex;
  co_await join(holds_it_across_an_await(mutex, start), wants_it_too(mutex, start));
}

Async<> the_mutex_of_this_chapter(Instant start) {
  Mutex<int> counter(0);
  co_await join(adds_twice(counter, 'a', start), adds_twice(counter, 'b', start),
                has_nothing_to_do_with_it(start));
  const Guard<int> guard = co_await counter.lock();
  say(start, fmt::format("2 tasks, 2 times each: {}", *guard));
}

Async<> locks_and_gives_up(Instant start) {
  const Shared counter = std::make_shared<Mutex<int>>(0);
  auto first = spawn(works_slowly(counter, start));
  co_await sleep(10ms);
  auto waiting = counter->lock();
  auto third = spawn(stands_in_line(counter, start));

  const auto on_lock = [&](Guard<int> guard) -> Async<> {
    *guard = 2;
    co_return;
  };
  const auto on_timeout = [&]() -> Async<> {
    say(start, "the second task has lost patience, and locks all the same");
    const Guard<int> guard = co_await counter->lock();
    *guard = 2;
  };
  say(start, "the second task waits for the lock, for at most 50 ms");
  auto round = select(on(waiting, on_lock), on(sleep(50ms), on_timeout));
  co_await round;
  co_await first;
  co_await third;
}

}  // namespace book::story

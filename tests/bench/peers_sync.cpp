// The measures of chapter 12's locks: see peers.cpp. Each does what its namesake of the other
// runtimes does, in one process with one thread.
#include <cstdlib>

#include "05_async_await/yield_now.h"
#include "12_sync/mutex.h"
#include "12_sync/notify.h"
#include "12_sync/rw_lock.h"
#include "12_sync/semaphore.h"
#include "peers.h"

namespace book::peers {
namespace {

constexpr int kTimes = 10 * kMillion;

// ---- a lock that no other task wants -------------------------------------------------------

Async<> mutex_free() {
  Mutex<long> mutex(0);
  const auto start = SteadyClock::now();
  for (int i = 0; i < kTimes; ++i) {
    const auto guard = co_await mutex.lock();
    *guard += i;
  }
  result_since(start, kTimes);
}

Async<> rwlock_read() {
  RwLock<long> lock(1);
  long sum = 0;
  const auto start = SteadyClock::now();
  for (int i = 0; i < kTimes; ++i) {
    const auto guard = co_await lock.read();
    sum += *guard;
  }
  if (sum != kTimes) std::abort();
  result_since(start, kTimes);
}

// ---- a lock that many want -----------------------------------------------------------------

Async<> takes_turns(Mutex<>& mutex, int times, Gate& gate) {
  for (int i = 0; i < times; ++i) {
    const auto held = co_await mutex.lock();
    co_await yield_now();
  }
  gate.hit();
}
Async<> takes_turns(Semaphore& semaphore, int times, Gate& gate) {
  for (int i = 0; i < times; ++i) {
    const auto held = co_await semaphore.acquire();
    co_await yield_now();
  }
  gate.hit();
}

/// So many tasks take it in turn, and yield while they have it.
template <class Lock>
Async<> contend(Lock& lock, int tasks) {
  Gate gate(tasks);
  const auto start = SteadyClock::now();
  for (int i = 0; i < tasks; ++i) spawn_detached(takes_turns(lock, kMillion / tasks, gate));
  auto opened = gate.opened();
  co_await opened;
  result_since(start, kMillion);
}
Async<> mutex2() {
  Mutex<> mutex;
  co_await contend(mutex, 2);
}
Async<> semaphore_many() {
  Semaphore semaphore(10);
  co_await contend(semaphore, 100);
}

// ---- notifications -------------------------------------------------------------------------

Async<> answers(Notify& asked, Notify& answered) {
  for (;;) {
    co_await asked.notified();
    answered.notify_one();
  }
}
Async<> notify() {
  Notify asked;
  Notify answered;
  spawn_detached(answers(asked, answered));
  const auto start = SteadyClock::now();
  for (int i = 0; i < kMillion; ++i) {
    asked.notify_one();
    co_await answered.notified();
  }
  result_since(start, 2.0 * kMillion);
}

}  // namespace

void add_sync_measures(Measures& measures) {
  measures["mutex_free"] = in_task(mutex_free);
  measures["rwlock_read"] = in_task(rwlock_read);
  measures["mutex2"] = in_task(mutex2);
  measures["semaphore_many"] = in_task(semaphore_many);
  measures["notify"] = in_task(notify);
}

}  // namespace book::peers

// The cures of "What goes wrong". The mistakes are told by the program: `12_sync --trap NAME`.
// (Chapter 12)
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <tuple>

#include "02_timer_future/sleep.h"
#include "05_async_await/async.h"
#include "07_join/join.h"
#include "08_select/select.h"
#include "10_spawning/spawn.h"
#include "12_sync/mutex.h"
#include "12_sync/notify.h"
#include "12_sync/rw_lock.h"
#include "support/async_test.h"

namespace book {
namespace cures_test {

using namespace std::chrono_literals;

Async<> holds(Mutex<int>& mutex) {
  const Guard<int> guard = co_await mutex.lock();
  co_await sleep(100ms);
}

Async<> gives_up_on_an_owned_lock(Mutex<int>& mutex) {
  co_await sleep(10ms);
  auto round = select_biased(mutex.lock(), sleep(50ms));
  (void)co_await round;
  const Guard<int> guard = co_await mutex.lock();
}

ASYNC_TEST(Cures, AnOwnedLockLeavesTheQueueWhenItLoses) {
  Mutex<int> mutex(0);
  co_await join(holds(mutex), gives_up_on_an_owned_lock(mutex));
}

Async<> lets_go_of_a_borrowed_lock(Mutex<int>& mutex) {
  co_await sleep(10ms);
  std::optional<Lock<int>> waiting(mutex.lock());
  auto round = select_biased(*waiting, sleep(50ms));
  (void)co_await round;
  waiting.reset();
  const Guard<int> guard = co_await mutex.lock();
}

ASYNC_TEST(Cures, ABorrowedLockThatIsLetGoLeavesTheQueue) {
  Mutex<int> mutex(0);
  co_await join(holds(mutex), lets_go_of_a_borrowed_lock(mutex));
}

Async<> locks(std::shared_ptr<Mutex<int>> mutex) {
  const Guard<int> guard = co_await mutex->lock();
}

Async<> leaves_the_lock_to_a_task(std::shared_ptr<Mutex<int>> mutex) {
  co_await sleep(10ms);
  auto waiting = spawn(locks(mutex));
  auto round = select_biased(waiting, sleep(50ms));
  (void)co_await round;
  const Guard<int> guard = co_await mutex->lock();
}

ASYNC_TEST(Cures, ATaskThatWaitsForALockIsPolledWhoeverLooks) {
  const auto mutex = std::make_shared<Mutex<int>>(0);
  co_await join(holds(*mutex), leaves_the_lock_to_a_task(mutex));
}

int number_of(const ReadGuard<int>& guard) { return *guard; }

Async<int> prints(RwLock<int>& pages) {
  const ReadGuard<int> guard = co_await pages.read();
  co_await sleep(10ms);
  co_return number_of(guard);
}

Async<> writes(RwLock<int>& pages) { const WriteGuard<int> guard = co_await pages.write(); }

ASYNC_TEST(Cures, AFunctionThatIsGivenTheGuardNeedsNoSecondRead) {
  RwLock<int> pages(7);
  auto both = co_await join(prints(pages), writes(pages));
  EXPECT_EQ(std::get<0>(both), 7);
}

struct Door {
  bool open = false;
  Notify news;
};

Async<> opens(Door& door) {
  co_await sleep(10ms);
  door.open = true;
  door.news.notify_all();
}

Async<> goes_in(Door& door) {
  Notified told = door.news.notified();
  if (door.open) co_return;
  co_await sleep(20ms);
  co_await told;
}

ASYNC_TEST(Cures, WhoAsksBeforeLookingMissesNothing) {
  Door door;
  co_await join(goes_in(door), opens(door));
}

}  // namespace cures_test
}  // namespace book

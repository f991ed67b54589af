// Every future of this chapter, run through the contract of common/future.h. (Chapter 12)
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include "05_async_await/map_then.h"
#include "05_async_await/simple_futures.h"
#include "12_sync/barrier.h"
#include "12_sync/mutex.h"
#include "12_sync/notify.h"
#include "12_sync/once_cell.h"
#include "12_sync/rw_lock.h"
#include "12_sync/semaphore.h"
#include "support/contract.h"
#include "support/hand.h"

namespace book {
namespace contract_test {

const test::ContractOptions kFromAnyThread{.event_inside_poll = true};
const test::ContractOptions kAtOnce{.ready_at_once = true};

/// A lock, and what keeps it from being had until the event. (The future goes first: the subject's
/// event, which owns this, outlives it.)
template <class Lock, class Held>
struct Taken {
  template <class... Args>
  explicit Taken(Args&&... args) : lock(std::forward<Args>(args)...) {}
  Lock lock;
  std::optional<Held> held;
};

TEST(SyncContract, OfAnAcquire) {
  const auto make = [](bool taken) {
    auto shared = std::make_shared<Taken<Semaphore, Permit>>(3u);
    if (taken) shared->held.emplace(*shared->lock.try_acquire(2));
    return test::subject(shared->lock.acquire(2), [shared] { shared->held.reset(); });
  };
  const auto is_right = [](Permit permit) { return permit.size() == 2; };
  test::expect_contract([&] { return make(true); }, kFromAnyThread, is_right);
  test::expect_contract([&] { return make(false); }, kAtOnce, is_right);
}

TEST(SyncContract, OfAnAcquireThatIsRefused) {
  const auto make = [](bool closed) {
    auto semaphore = std::make_shared<Semaphore>(0u, 1u);
    if (closed) semaphore->close();
    return test::subject(semaphore->acquire(), [semaphore] { semaphore->close(); });
  };
  test::expect_contract([&] { return make(false); }, {.throws = true, .event_inside_poll = true});
  test::expect_contract([&] { return make(true); }, {.ready_at_once = true, .throws = true});
}

TEST(SyncContract, OfALock) {
  const auto make = [](bool taken) {
    auto shared = std::make_shared<Taken<Mutex<int>, Guard<int>>>(7);
    if (taken) shared->held.emplace(*shared->lock.try_lock());
    return test::subject(shared->lock.lock(), [shared] { shared->held.reset(); });
  };
  const auto is_right = [](const Guard<int>& guard) { return *guard == 7; };
  test::expect_contract([&] { return make(true); }, kFromAnyThread, is_right);
  test::expect_contract([&] { return make(false); }, kAtOnce, is_right);
}

TEST(SyncContract, OfALockThatIsOwned) {
  const auto make = [](bool taken) {
    auto mutex = std::make_shared<Mutex<int>>(7);
    auto held = std::make_shared<std::optional<Guard<int>>>();
    if (taken) held->emplace(*mutex->try_lock());
    return test::subject(lock_owned(mutex), [mutex, held] { held->reset(); });
  };
  const auto is_right = [](const OwnedGuard<int>& guard) { return *guard == 7; };
  test::expect_contract([&] { return make(true); }, kFromAnyThread, is_right);
  test::expect_contract([&] { return make(false); }, kAtOnce, is_right);
}

TEST(SyncContract, OfAReadAndAWrite) {
  const auto read = [](bool taken) {
    auto shared = std::make_shared<Taken<RwLock<int>, WriteGuard<int>>>(7);
    if (taken) shared->held.emplace(*shared->lock.try_write());
    return test::subject(shared->lock.read(), [shared] { shared->held.reset(); });
  };
  const auto is_read = [](const ReadGuard<int>& guard) { return *guard == 7; };
  test::expect_contract([&] { return read(true); }, kFromAnyThread, is_read);
  test::expect_contract([&] { return read(false); }, kAtOnce, is_read);

  const auto write = [](bool taken) {
    auto shared = std::make_shared<Taken<RwLock<int>, ReadGuard<int>>>(7);
    if (taken) shared->held.emplace(*shared->lock.try_read());
    return test::subject(shared->lock.write(), [shared] { shared->held.reset(); });
  };
  const auto is_written = [](const WriteGuard<int>& guard) { return *guard == 7; };
  test::expect_contract([&] { return write(true); }, kFromAnyThread, is_written);
  test::expect_contract([&] { return write(false); }, kAtOnce, is_written);
}

TEST(SyncContract, OfANotification) {
  for (const auto tell : {&Notify::notify_one, &Notify::notify_last, &Notify::notify_all}) {
    test::expect_contract(
        [&] {
          auto notify = std::make_shared<Notify>();
          return test::subject(notify->notified(), [notify, tell] { ((*notify).*tell)(); });
        },
        kFromAnyThread);
    test::expect_contract(
        [&] {
          auto notify = std::make_shared<Notify>();
          auto notified = notify->notified();
          ((*notify).*tell)();
          return test::subject(std::move(notified), [notify] {});
        },
        kAtOnce);
  }
}

TEST(SyncContract, OfABarrier) {
  test::expect_contract(
      [] {
        auto barrier = std::make_shared<Barrier>(2u);
        return test::subject(barrier->wait(), [barrier] {
          const test::Hand hand;
          auto other = barrier->wait();
          (void)hand.poll(other);  // if it is not the second, it leaves again
        });
      },
      kFromAnyThread, [](bool leader) { return !leader; });
  test::expect_contract(
      [] {
        auto barrier = std::make_shared<Barrier>(1u);
        return test::subject(barrier->wait(), [barrier] {});
      },
      kAtOnce, [](bool leader) { return leader; });
}

/// A cell that another task is making, until the event.
struct BeingMade {
  struct Init {
    Poll<int> operator()(Context& cx) const {
      if (*is_made) return 7;
      cx.store(*waker, "the event");
      return pending;
    }
    std::shared_ptr<bool> is_made;
    std::shared_ptr<Waker> waker;
  };
  BeingMade() {
    other.emplace([this] { return poll_fn(Init{is_made, waker}); });
    making.emplace(cell.get_or_init(*other));
    (void)hand.poll(*making);
  }
  void be_made() {
    if (std::exchange(*is_made, true)) return;
    (void)hand.poll(*making);
  }

  test::Hand hand;
  std::shared_ptr<bool> is_made = std::make_shared<bool>(false);
  std::shared_ptr<Waker> waker = std::make_shared<Waker>();
  OnceCell<int> cell;
  std::optional<std::function<PollFn<Init>()>> other;
  std::optional<GetOrInit<int, std::function<PollFn<Init>()>>> making;
};

TEST(SyncContract, OfACellThatAnotherTaskMakes) {
  test::expect_contract(
      [] {
        auto shared = std::make_shared<BeingMade>();
        return test::subject(shared->cell.get_or_init([] { return ready(8); }),
                             [shared] { shared->be_made(); });
      },
      kFromAnyThread, [](const int* value) { return *value == 7; });
}

TEST(SyncContract, OfACellThatItMakesItself) {
  struct Shared {
    Notify notify;
    OnceCell<int> cell;
  };
  const auto make = [] {
    auto shared = std::make_shared<Shared>();
    auto init = [shared = shared.get()] {
      return shared->notify.notified() | map([] { return 7; });
    };
    return test::subject(shared->cell.get_or_init(std::move(init)),
                         [shared] { shared->notify.notify_all(); });
  };
  test::expect_contract(make, kFromAnyThread, [](const int* value) { return *value == 7; });
  test::expect_contract(
      [] {
        auto cell = std::make_shared<OnceCell<int>>();
        return test::subject(cell->get_or_init([] { return ready(7); }), [cell] {});
      },
      kAtOnce, [](const int* value) { return *value == 7; });
  test::expect_contract(
      [] {
        auto cell = std::make_shared<OnceCell<int>>();
        auto init = [] {
          return poll_fn([](Context&) -> Poll<int> { throw std::runtime_error("no"); });
        };
        return test::subject(cell->get_or_init(std::move(init)), [cell] {});
      },
      {.ready_at_once = true, .throws = true});
}

}  // namespace contract_test
}  // namespace book

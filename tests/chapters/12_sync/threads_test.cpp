// The locks between threads: one at a time is one at a time, nothing is lost, nobody sleeps
// forever. Every operation is also dropped now and then, at whatever point it stands. (Chapter 12)
#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "04_io_executor/executor.h"
#include "05_async_await/async.h"
#include "05_async_await/simple_futures.h"
#include "05_async_await/yield_now.h"
#include "12_sync/barrier.h"
#include "12_sync/mutex.h"
#include "12_sync/notify.h"
#include "12_sync/once_cell.h"
#include "12_sync/rw_lock.h"
#include "12_sync/semaphore.h"
#include "support/sanitizer.h"
#include "support/thread_parker.h"

namespace book {
namespace threads_test {

using test::finish;

constexpr int kMany = test::under_sanitizer() ? 1'000 : 4'000;
constexpr int kThreads = 3;

/// The same on several threads, each with its number; this thread waits for them.
void on_threads(const std::function<void(int)>& work) {
  std::vector<std::thread> threads;
  for (int number = 0; number < kThreads; ++number) threads.emplace_back(work, number);
  for (std::thread& thread : threads) thread.join();
}

/// Until it is had. Every so often the future is dropped when it has to wait, and another is made.
template <class Make>
auto insist(int turn, Make make) {
  for (int tries = 0;; ++tries) {
    auto future = make();
    auto result = finish(future, (turn + tries) % 3 == 0);
    if (result) return std::move(*result).value();
  }
}

TEST(Threads, HaveAMutexOneAtATime) {
  Mutex<int> mutex(0);
  on_threads([&](int number) {
    for (int i = 0; i < kMany; ++i) {
      const auto guard = insist(i + number, [&] { return mutex.lock(); });
      ++*guard;  // plain: the sanitizer would see two at once
    }
  });
  EXPECT_EQ(**mutex.try_lock(), kThreads * kMany);
}

TEST(Threads, HaveNoMorePermitsThanThereAre) {
  constexpr std::size_t kPermits = 4;
  Semaphore semaphore(kPermits);
  std::atomic<std::size_t> out{0};
  std::atomic<bool> too_many{false};
  on_threads([&](int number) {
    for (int i = 0; i < kMany; ++i) {
      const auto wants = static_cast<std::size_t>(1 + (i * 7 + number) % 4);
      auto permit = insist(i + number, [&] { return semaphore.acquire(wants); });
      if (out.fetch_add(wants) + wants > kPermits) too_many = true;
      if (i % 5 == 0) {
        out.fetch_sub(1);
        (void)permit.split(1);  // one goes back already
      }
      out.fetch_sub(permit.size());
    }
  });
  EXPECT_FALSE(too_many.load());
  EXPECT_EQ(semaphore.available(), kPermits);
}

TEST(Threads, ReadTogetherAndWriteAlone) {
  RwLock<std::pair<int, int>> lock(0, 0);
  on_threads([&](int number) {
    for (int i = 0; i < kMany; ++i) {
      if ((i + number) % 3 == 0) {
        auto writing = insist(i, [&] { return lock.write(); });
        ++writing->first;
        ++writing->second;
        if (i % 2 == 0) continue;
        const auto reading = std::move(writing).downgrade();
        EXPECT_EQ(reading->first, reading->second);
      } else {
        const auto reading = insist(i, [&] { return lock.read(); });
        EXPECT_EQ(reading->first, reading->second);
      }
    }
  });
  EXPECT_EQ(lock.try_write()->operator*().first, kMany);
}

TEST(Threads, AreAllToldThatASemaphoreIsClosed) {
  for (int round = 0; round < kMany / 20; ++round) {
    Semaphore semaphore(1);
    std::atomic<int> refused{0};
    on_threads([&](int number) {
      try {
        for (int i = 0;; ++i) {
          if (number == 0 && i == round % 10) semaphore.close();
          const auto permit = insist(i + number, [&] { return semaphore.acquire(); });
        }
      } catch (const SemaphoreClosed&) {
        refused.fetch_add(1);
      }
    });
    EXPECT_EQ(refused.load(), kThreads);
    EXPECT_EQ(semaphore.available(), 1u);
  }
}

// One thread pushes and notifies, others take, and look only when they are told. Were one
// notification lost with a future that was dropped, an item would stay, and a thread would sleep.
TEST(Threads, AreToldOfEachItem) {
  for (const bool last : {false, true}) {
    Notify notify;
    std::mutex mutex;
    std::deque<int> items;
    std::atomic<int> taken{0};
    const auto take = [&] {
      const std::lock_guard locked(mutex);
      if (items.empty()) return false;
      items.pop_front();
      return true;
    };
    on_threads([&](int number) {
      if (number == 0) {
        for (int i = 0; i < kMany; ++i) {
          {
            const std::lock_guard locked(mutex);
            items.push_back(i);
          }
          last ? notify.notify_last() : notify.notify_one();
        }
        return;
      }
      for (int i = 0;; ++i) {
        while (take()) taken.fetch_add(1);
        if (taken.load() == kMany) return notify.notify_one();  // the other one, too
        auto notified = notify.notified();
        (void)finish(notified, i % 3 == 0);
      }
    });
    EXPECT_EQ(taken.load(), kMany);
  }
}

TEST(Threads, AreAllToldOfARoundThatBeganAfterTheyAsked) {
  Notify notify;
  std::atomic<int> round{0};
  std::atomic<int> ready{0};
  on_threads([&](int number) {
    for (int i = 1; i <= kMany / 4; ++i) {
      if (number == 0) {
        while (ready.load() < (kThreads - 1) * i) std::this_thread::yield();
        round.store(i);
        notify.notify_all();
        continue;
      }
      auto notified = notify.notified();
      ready.fetch_add(1);
      finish(notified);
      EXPECT_EQ(round.load(), i);
    }
  });
}

TEST(Threads, GoOnTogetherFromABarrier) {
  Barrier barrier(kThreads);
  std::atomic<int> arrived{0};
  std::atomic<int> leaders{0};
  on_threads([&](int) {
    for (int round = 1; round <= kMany; ++round) {
      arrived.fetch_add(1);
      auto wait = barrier.wait();
      if (finish(wait)->value()) leaders.fetch_add(1);
      EXPECT_GE(arrived.load(), kThreads * round);
    }
  });
  EXPECT_EQ(leaders.load(), kMany);
}

TEST(Threads, MakeOneValueTogether) {
  for (int round = 0; round < kMany / 20; ++round) {
    OnceCell<std::vector<int>> cell;
    std::atomic<int> made{0};
    std::atomic<int> failures{round % 3};
    on_threads([&](int number) {
      const auto init = [&] {
        if (failures.fetch_sub(1) > 0) throw std::runtime_error("not yet");
        made.fetch_add(1);
        return book::ready(std::vector<int>{1, 2, 3});
      };
      for (;;) {
        try {
          const auto* value = insist(number, [&] { return cell.get_or_init(init); });
          EXPECT_EQ(value->size(), 3u);
          EXPECT_EQ(value, cell.get());
          return;
        } catch (const std::runtime_error&) {
        }
      }
    });
    EXPECT_EQ(made.load(), 1);
  }
}

TEST(Threads, ShareAMutexWithTheTasksOfAnExecutor) {
  Mutex<int> mutex(0);
  std::thread other([&] {
    for (int i = 0; i < kMany; ++i) {
      const auto guard = insist(i, [&] { return mutex.lock(); });
      ++*guard;
    }
  });
  auto adds = [](Mutex<int>& m) -> Async<> {
    for (int i = 0; i < kMany; ++i) {
      const auto guard = co_await m.lock();
      ++*guard;
      if (i % 3 == 0) co_await yield_now();
    }
  };
  Executor executor;
  const Reactor::OutsideWork other_is_at_it(executor.reactor());
  executor.spawn(adds(mutex));
  executor.spawn(adds(mutex));
  executor.run();
  other.join();
  EXPECT_EQ(**mutex.try_lock(), 3 * kMany);
}

}  // namespace threads_test
}  // namespace book

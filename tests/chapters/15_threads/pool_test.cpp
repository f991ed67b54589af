// ThreadPoolExecutor: tasks on several threads, one poll at a time.
#include "15_threads/thread_pool_executor.h"

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <latch>
#include <optional>
#include <semaphore>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "02_timer_future/sleep.h"
#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "05_async_await/async_block.h"
#include "05_async_await/simple_futures.h"
#include "05_async_await/yield_now.h"
#include "15_threads/spawn_local.h"

namespace book {
namespace pool_test {

using namespace std::chrono_literals;

class EachPool : public testing::TestWithParam<unsigned> {
 protected:
  ThreadPoolExecutor pool{{.workers = GetParam()}};
};

std::string workers_of(const testing::TestParamInfo<unsigned>& info) {
  return std::to_string(info.param) + "_workers";
}
INSTANTIATE_TEST_SUITE_P(Pool, EachPool, testing::Values(1u, 2u, 4u), workers_of);

Async<int> number(int n, int yields) {
  while (yields-- > 0) co_await yield_now();
  co_return n;
}

Async<int> sum_of(int count) {
  std::vector<JoinHandle<int>> handles;
  for (int i = 1; i <= count; ++i) handles.push_back(spawn(number(i, i % 5)));
  int sum = 0;
  for (auto& handle : handles) {
    const int one = co_await handle;
    sum += one;
  }
  co_return sum;
}

TEST_P(EachPool, RunsEveryTaskAndGivesItsValue) {
  EXPECT_EQ(pool.block_on(sum_of(1000)), 500'500);
  pool.run();
  EXPECT_EQ(pool.task_count(), 0u);
}

TEST_P(EachPool, RunWaitsForAllTasks) {
  std::atomic<int> ended{0};
  for (int i = 0; i < 500; ++i) {
    pool.spawn(async([&ended, i]() -> Async<> {
      for (int k = 0; k < i % 7; ++k) co_await yield_now();
      ++ended;
    }));
  }
  pool.run();
  EXPECT_EQ(ended, 500);
}

TEST_P(EachPool, ATaskIsPolledInOnePlaceAtATime) {
  struct Watched {
    using Output = void;
    std::atomic<int>& inside;
    std::atomic<int>& overlaps;
    int left = 200;
    Waker other{};
    Poll<void> poll(Context& cx) {
      if (inside.fetch_add(1) != 0) ++overlaps;
      for (int i = 0; i < 3; ++i) cx.waker().wake_by_ref();  // while it is polled
      inside.fetch_sub(1);
      return --left == 0 ? Poll<void>::ready() : Poll<void>(pending);
    }
  };
  std::atomic<int> overlaps{0};
  std::vector<std::atomic<int>> inside(50);
  for (auto& one : inside) pool.spawn(Watched{one, overlaps});
  pool.run();
  EXPECT_EQ(overlaps, 0);
}

TEST(Pool, FourTasksMeetAtTheSameMoment) {
  ThreadPoolExecutor pool({.workers = 4});
  std::barrier meeting(4);
  std::mutex mutex;
  std::set<std::thread::id> threads;
  for (int i = 0; i < 4; ++i) {
    pool.spawn(poll_fn([&](Context&) -> Poll<void> {
      meeting.arrive_and_wait();
      const std::lock_guard lock(mutex);
      threads.insert(std::this_thread::get_id());
      return Poll<void>::ready();
    }));
  }
  pool.run();
  EXPECT_EQ(threads.size(), 4u);
}

TEST(Pool, AWakeDuringAPollBringsOneMorePollAfterIt) {
  ThreadPoolExecutor pool({.workers = 2});
  std::atomic<int> polls{0};
  std::latch woken(1);
  Waker waker;
  std::binary_semaphore stored{0};
  pool.spawn(poll_fn([&](Context& cx) -> Poll<void> {
    if (++polls == 2) return Poll<void>::ready();
    waker = cx.waker();
    stored.release();
    woken.wait();  // still in the poll when the wake comes
    return pending;
  }));
  std::thread other([&] {
    stored.acquire();
    std::move(waker).wake();
    woken.count_down();
  });
  pool.run();
  other.join();
  EXPECT_EQ(polls, 2);
}

TEST(Pool, WhatABusyWorkerHasQueuedIsStolen) {
  ThreadPoolExecutor pool({.workers = 2});
  std::latch all_done(600);
  pool.spawn(async([&]() -> Async<> {
    for (int i = 0; i < 600; ++i) {  // more than fit into its queue
      spawn(async([&]() -> Async<> {
        all_done.count_down();
        co_return;
      }));
    }
    all_done.wait();  // blocks its thread
    co_return;
  }));
  pool.run();
  std::uint64_t stolen = 0;
  for (const WorkerStats& one : pool.stats()) stolen += one.steals;
  EXPECT_GT(stolen, 0u);
}

TEST_P(EachPool, ABlockOnLeavesTheOthersForTheNextRun) {
  std::atomic<int> ended{0};
  Waker waker;
  bool open = false;
  std::binary_semaphore stored{0};
  pool.spawn(async([&]() -> Async<> {
    auto gate = poll_fn([&](Context& cx) -> Poll<void> {
      if (open) return Poll<void>::ready();
      cx.store(waker, "the gate");
      stored.release();
      return pending;
    });
    co_await gate;
    ++ended;
  }));
  pool.block_on(async([&]() -> Async<> {
    while (!stored.try_acquire()) co_await yield_now();
  }));
  EXPECT_EQ(ended, 0);
  EXPECT_EQ(pool.task_count(), 1u);
  open = true;
  std::move(waker).wake();
  pool.run();
  EXPECT_EQ(ended, 1);
}

TEST_P(EachPool, TheRootStaysOnTheThreadThatCalled) {
  const auto caller = std::this_thread::get_id();
  int elsewhere = 0;
  pool.block_on(async([&]() -> Async<> {
    for (int i = 0; i < 100; ++i) {
      if (std::this_thread::get_id() != caller) ++elsewhere;
      if (i % 10 == 0) {
        co_await sleep(0ms);
      } else {
        co_await yield_now();
      }
    }
  }));
  EXPECT_EQ(elsewhere, 0);
}

TEST_P(EachPool, ALocalTaskStaysOnTheWorkerThatSpawnedIt) {
  std::atomic<int> moved{0};
  for (int i = 0; i < 20; ++i) {
    pool.spawn(async([&]() -> Async<> {
      auto local = spawn_local(async([&, home = std::this_thread::get_id()]() -> Async<> {
        for (int k = 0; k < 30; ++k) {
          co_await yield_now();
          if (std::this_thread::get_id() != home) ++moved;
        }
      }));
      co_await local;
    }));
  }
  pool.run();
  EXPECT_EQ(moved, 0);
}

TEST_P(EachPool, AHandleSpawnsFromAnyThread) {
  std::atomic<int> ended{0};
  auto handle = pool.handle();
  std::latch done(100);
  std::thread other([&, handle] {
    for (int i = 0; i < 100; ++i) {
      handle.spawn(async([&]() -> Async<> {
        ++ended;
        done.count_down();
        co_return;
      }));
    }
  });
  pool.block_on(async([&]() -> Async<> {
    while (!done.try_wait()) co_await yield_now();
  }));
  other.join();
  EXPECT_EQ(ended, 100);
}

TEST_P(EachPool, AHandleThatOutlivesThePoolDropsWhatItSpawns) {
  auto handle = [] {
    ThreadPoolExecutor short_lived({.workers = GetParam()});
    return short_lived.handle();
  }();
  auto too_late = handle.spawn(number(1, 0));
  EXPECT_TRUE(too_late.is_finished());
  EXPECT_THROW(book::block_on(too_late), JoinError);
}

TEST_P(EachPool, AnAbortedTaskIsDroppedWhereverItWaits) {
  auto drops = std::make_shared<std::atomic<int>>(0);
  struct Counts {
    std::shared_ptr<std::atomic<int>> drops;
    explicit Counts(std::shared_ptr<std::atomic<int>> d) : drops(std::move(d)) {}
    Counts(Counts&&) = default;
    ~Counts() {
      if (drops) ++*drops;
    }
  };
  int aborted = 0;
  pool.block_on(async([&]() -> Async<> {
    std::vector<JoinHandle<void>> handles;
    for (int i = 0; i < 60; ++i) {
      handles.push_back(spawn(async(
          [i](Counts) -> Async<> {
            for (int k = 0; k < i % 4; ++k) co_await yield_now();
            co_await never<void>();
          },
          Counts(drops))));
    }
    for (int i = 0; i < 3; ++i) co_await yield_now();
    for (auto& handle : handles) handle.abort();
    for (auto& handle : handles) {
      bool threw = false;
      try {
        co_await handle;
      } catch (const JoinError&) {
        threw = true;
      }
      aborted += threw;
    }
  }));
  EXPECT_EQ(aborted, 60);
  EXPECT_EQ(*drops, 60);
}

// --- The end --------------------------------------------------------------------------------

TEST_P(EachPool, EveryFutureIsDroppedOnceWhenThePoolEnds) {
  std::atomic<int> drops{0};
  std::atomic<int> wrong_thread{0};
  struct Dropped {
    std::atomic<int>* drops;
    std::atomic<int>* wrong_thread;
    std::optional<std::thread::id> home{};
    Dropped(std::atomic<int>& d, std::atomic<int>& w) : drops(&d), wrong_thread(&w) {}
    Dropped(Dropped&& other) noexcept
        : drops(std::exchange(other.drops, nullptr)),
          wrong_thread(other.wrong_thread),
          home(other.home) {}
    ~Dropped() {
      if (!drops) return;
      ++*drops;
      if (home && *home != std::this_thread::get_id()) ++*wrong_thread;
    }
  };
  {
    ThreadPoolExecutor ends({.workers = GetParam()});
    std::atomic<int> begun{0};
    ends.block_on(async([&]() -> Async<> {
      for (int i = 0; i < 100; ++i) {
        spawn(async(
            [&begun, i](Dropped) -> Async<> {
              ++begun;
              if (i % 3 == 0) co_await sleep(1h);
              if (i % 3 == 1) co_await never<void>();
              for (;;) co_await yield_now();
            },
            Dropped(drops, wrong_thread)));
        auto parent = spawn(async([&]() -> Async<> {
          spawn_local(async(
              [&begun](Dropped dropped) -> Async<> {
                dropped.home = std::this_thread::get_id();
                ++begun;
                co_await sleep(1h);
              },
              Dropped(drops, wrong_thread)));
          co_return;
        }));
        co_await parent;
      }
      while (begun < 200) co_await yield_now();
    }));
    EXPECT_EQ(drops, 0);
  }
  EXPECT_EQ(drops, 200);
  EXPECT_EQ(wrong_thread, 0);
}

TEST_P(EachPool, AWakeAfterTheEndDoesNothing) {
  Waker late;
  {
    ThreadPoolExecutor ends({.workers = GetParam()});
    std::binary_semaphore stored{0};
    ends.spawn(poll_fn([&](Context& cx) -> Poll<void> {
      if (!late) {
        late = cx.waker();
        stored.release();
      }
      return pending;
    }));
    ends.block_on(async([&]() -> Async<> {
      while (!stored.try_acquire()) co_await yield_now();
    }));
  }
  late.wake_by_ref();
  std::move(late).wake();
}

/// Says when it is destroyed.
struct Tells {
  std::binary_semaphore* gone;
  explicit Tells(std::binary_semaphore& g) : gone(&g) {}
  Tells(Tells&& other) noexcept : gone(std::exchange(other.gone, nullptr)) {}
  ~Tells() {
    if (gone) gone->release();
  }
};
/// Waits in its destructor, with its thread, and then says so. (Not one after the other, as two
/// parameters: compilers differ in which of them goes first.)
struct WaitsAndTells {
  std::latch* end;
  std::binary_semaphore* gone;
  WaitsAndTells(std::latch& e, std::binary_semaphore& g) : end(&e), gone(&g) {}
  WaitsAndTells(WaitsAndTells&& other) noexcept
      : end(std::exchange(other.end, nullptr)), gone(other.gone) {}
  ~WaitsAndTells() {
    if (!end) return;
    end->wait();
    gone->release();
  }
};

TEST(Pool, NothingIsSaidAtShutdownOfAWorkerThatPollsNothing) {
  std::latch open(1);
  std::binary_semaphore gone{0};
  ThreadPoolExecutor pool({.workers = 2, .on_thread_start = [&] { open.wait(); }});
  pool.spawn(async([](Tells) -> Async<> { co_await never<void>(); }, Tells(gone)));
  testing::internal::CaptureStderr();
  EXPECT_EQ(pool.shutdown(0ms), 1u);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  open.count_down();
  gone.acquire();
}

TEST(Pool, WithTheLongestLimitShutdownWaits) {
  std::binary_semaphore inside{0};
  std::binary_semaphore ends{0};
  ThreadPoolExecutor pool({.workers = 2});
  pool.block_on(async([&]() -> Async<> {
    spawn_local(async([](Tells) -> Async<> { co_await never<void>(); }, Tells(ends)));
    co_return;
  }));
  pool.spawn(poll_fn([&](Context&) -> Poll<void> {
    inside.release();
    ends.acquire();  // shutdown() drops what is local here
    for (int i = 0; i < 1000; ++i) std::this_thread::yield();
    return Poll<void>::ready();
  }));
  inside.acquire();
  EXPECT_EQ(pool.shutdown(Duration::max()), 0u);
}

TEST(Pool, ADestructorThatDoesNotReturnAtShutdownIsNamed) {
  std::latch open(1);
  std::binary_semaphore spawned{0};
  std::binary_semaphore gone{0};
  ThreadPoolExecutor pool({.workers = 2});
  const int line = __LINE__ + 2;
  pool.spawn(async([&]() -> Async<> {
    spawn_local(
        async([](WaitsAndTells) -> Async<> { co_await never<void>(); }, WaitsAndTells(open, gone)));
    spawned.release();
    co_return;
  }));
  spawned.acquire();
  testing::internal::CaptureStderr();
  EXPECT_EQ(pool.shutdown(0ms), 1u);
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_NE(said.find("pool_test.cpp:" + std::to_string(line)), std::string::npos) << said;
  open.count_down();
  gone.acquire();
}

TEST(Pool, ATaskThatDoesNotReturnAtShutdownIsNamedAndLeft) {
  std::latch open(1);
  std::binary_semaphore inside{0};
  std::binary_semaphore gone{0};
  ThreadPoolExecutor pool({.workers = 2});
  const int line = __LINE__ + 1;
  pool.spawn(async(
      [&](Tells) -> Async<> {
        inside.release();
        open.wait();
        co_await never<void>();
      },
      Tells(gone)));
  inside.acquire();
  testing::internal::CaptureStderr();
  EXPECT_EQ(pool.shutdown(0ms), 1u);
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_NE(said.find("a thread pool has ended without waiting for a poll that does not return"),
            std::string::npos)
      << said;
  EXPECT_NE(said.find("pool_test.cpp:" + std::to_string(line)), std::string::npos) << said;
  EXPECT_NE(said.find("on worker 1"), std::string::npos) << said;
  EXPECT_FALSE(gone.try_acquire());
  open.count_down();
  gone.acquire();  // its future is dropped by its own worker, in the end
}

TEST(PoolDeathTest, CanNotEndInsideOneOfItsOwnTasks) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        auto pool = std::make_unique<ThreadPoolExecutor>(ThreadPoolOptions{.workers = 2});
        pool->spawn(poll_fn([&](Context&) -> Poll<void> {
          pool.reset();
          return Poll<void>::ready();
        }));
        pool->run();
      },
      "a thread pool cannot end inside one of its own tasks");
}

TEST_P(EachPool, WhatBlocksIsRefusedInsideATask) {
  std::string errors;
  const auto note = [&](auto action) {
    try {
      action();
    } catch (const std::logic_error& error) {
      errors += error.what();
      errors += '\n';
    }
  };
  const auto tries = [&] {
    return poll_fn([&](Context&) -> Poll<void> {
      note([&] { pool.run(); });
      note([&] { pool.block_on(ready()); });
      note([&] { pool.shutdown(1s); });
      return Poll<void>::ready();
    });
  };
  const std::string refused =
      "run() inside a task would stop every other task: spawn what it would run instead\n"
      "block_on() inside a task would stop every other task: co_await the future instead\n"
      "a thread pool cannot end inside one of its own tasks\n";
  pool.block_on(tries());
  EXPECT_EQ(std::exchange(errors, ""), refused) << "of the root";
  pool.block_on(pool.spawn(tries()));
  EXPECT_EQ(std::exchange(errors, ""), refused) << "of a task";
  pool.block_on(async([&]() -> Async<> {
    auto local = spawn_local(tries());
    co_await local;
  }));
  EXPECT_EQ(errors, refused) << "of a local task";
}

TEST(Pool, VirtualTimeAndASeedAreForOneWorker) {
  EXPECT_THROW(ThreadPoolExecutor({.workers = 2, .time = TimeMode::virtual_time}),
               std::invalid_argument);
  EXPECT_THROW(ThreadPoolExecutor({.workers = 2, .seed = 7}), std::invalid_argument);
  ThreadPoolExecutor pool({.workers = 1, .time = TimeMode::virtual_time});
  pool.block_on(sleep(1h));
}

TEST_P(EachPool, AnExceptionComesOutOfBlockOnAndOfAHandle) {
  const auto fails = []() -> Async<int> {
    co_await yield_now();
    throw std::runtime_error("no luck");
  };
  EXPECT_THROW(pool.block_on(fails()), std::runtime_error);
  EXPECT_THROW(pool.block_on(async([&]() -> Async<int> {
    auto handle = spawn(fails());
    const int value = co_await handle;
    co_return value;
  })),
               std::runtime_error);
}

// --- Silence --------------------------------------------------------------------------------

TEST_P(EachPool, TasksThatNobodyCanWakeAreADeadlock) {
  for (int i = 0; i < 3; ++i) {
    pool.spawn(poll_fn([](Context& cx) -> Poll<void> {
      cx.waits_for("a call that nobody will make");
      return pending;
    }));
  }
  try {
    pool.run();
    FAIL() << "run() has returned";
  } catch (const Deadlock& deadlock) {
    const std::string text = deadlock.what();
    EXPECT_NE(text.find("nothing can happen any more"), std::string::npos) << text;
    EXPECT_NE(text.find("a call that nobody will make; nobody holds its waker (3 times)"),
              std::string::npos)
        << text;
  }
}

TEST_P(EachPool, ARootThatNobodyCanWakeIsADeadlockToo) {
  EXPECT_THROW(pool.block_on(poll_fn([](Context& cx) -> Poll<void> {
    cx.waits_for("nothing");
    return pending;
  })),
               Deadlock);
  EXPECT_EQ(pool.block_on(number(7, 3)), 7);  // the pool goes on
}

}  // namespace pool_test
}  // namespace book

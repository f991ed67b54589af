// Threads that are not there, threads that sleep, and news for those that do.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <latch>
#include <memory>
#include <mutex>
#include <semaphore>
#include <system_error>
#include <thread>
#include <vector>

#include "02_timer_future/sleep.h"
#include "04_io_executor/async_fd.h"
#include "05_async_await/async.h"
#include "05_async_await/async_block.h"
#include "05_async_await/simple_futures.h"
#include "05_async_await/yield_now.h"
#include "10_spawning/spawn.h"
#include "15_threads/thread_pool_executor.h"
#include "common/arc_wake.h"
#include "common/reactor/timer.h"
#include "support/asleep.h"
#include "support/no_thread_left.h"

namespace book {
namespace quiet_test {

std::size_t entries_of(const char* folder) {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) ++count;
  return count;
}

TEST(NoThread, APoolThatGetsNoneSaysSoAndLeavesNothing) {
  { ThreadPoolExecutor pool({.workers = 2}); }  // what a sanitizer starts with the first thread
  const std::size_t descriptors = entries_of("/proc/self/fd");
  const std::size_t threads = entries_of("/proc/self/task");
  {
    const test::NoThreadLeft no_thread_left;
    try {
      ThreadPoolExecutor pool({.workers = 3, .name = "helper"});
      ADD_FAILURE() << "there was one";
    } catch (const std::system_error& error) {
      EXPECT_EQ(std::string(error.what()).rfind("cannot start helper 1 of 3", 0), 0u)
          << error.what();
      EXPECT_EQ(error.code(), std::errc::resource_unavailable_try_again);
    }
    EXPECT_EQ(entries_of("/proc/self/fd"), descriptors);
    EXPECT_EQ(entries_of("/proc/self/task"), threads);
    ThreadPoolExecutor alone({.workers = 1});
    EXPECT_EQ(alone.block_on(ready(7)), 7) << "a pool of one needs none";
  }
  ThreadPoolExecutor pool({.workers = 3});
  EXPECT_EQ(pool.block_on(ready(8)), 8);
}

/// The threads that a pool starts.
class Ids {
 public:
  void add() {
    const std::lock_guard lock(mutex_);
    ids_.push_back(test::this_thread_id());
  }
  std::vector<long> all() const {
    const std::lock_guard lock(mutex_);
    return ids_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<long> ids_;
};

TEST(Idle, AnIdlePoolMakesNoSystemCall) {
  if (!test::calls_can_be_read()) GTEST_SKIP() << "/proc shows no system calls here";
  for (const unsigned workers : {2u, 3u, 5u}) {
    Ids ids;
    ThreadPoolExecutor pool({.workers = workers, .on_thread_start = [&] { ids.add(); }});
    std::latch ran(50);
    for (int i = 0; i < 50; ++i) {
      pool.spawn(async([&]() -> Async<> {
        co_await yield_now();
        ran.count_down();
      }));
    }
    ran.wait();
    while (ids.all().size() + 1 < workers) ::sched_yield();
    test::wait_until_they_sleep_for_good(ids.all());
    // And all of them can still be woken.
    std::latch meeting(static_cast<std::ptrdiff_t>(workers - 1));
    std::latch met(static_cast<std::ptrdiff_t>(workers - 1));
    for (unsigned i = 1; i < workers; ++i) {
      pool.spawn(poll_fn([&](Context&) -> Poll<void> {
        meeting.arrive_and_wait();
        met.count_down();
        return Poll<void>::ready();
      }));
    }
    met.wait();
  }
}

/// A descriptor that a task reads, and a thread outside writes.
struct News {
  AsyncFd fd =
      AsyncFd::from_nonblocking(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), AsyncFd::Kind::other);
  std::array<char, 8> buffer{};
  std::binary_semaphore waits{0};

  auto come() {
    return poll_fn([this](Context& cx) -> Poll<void> {
      const Poll<std::size_t> read = fd.poll_read(cx, buffer);
      if (read.is_ready()) return Poll<void>::ready();
      waits.release();
      return pending;
    });
  }
  void tell() {
    const std::uint64_t one = 1;
    EXPECT_EQ(::write(fd.fd(), &one, sizeof(one)), 8);
  }
};

/// The worker that reads the first news from the reactor polls the task that waited for them, and
/// that poll does not return before the second news are read: by another worker. `all_asleep`: the
/// first come when every worker sleeps for good, the deputy too.
void news_while_one_is_stuck(unsigned workers, bool all_asleep) {
  News first;
  News second;
  std::latch opened(1);
  std::binary_semaphore stuck{0};
  Ids ids;
  ThreadPoolExecutor pool({.workers = workers, .on_thread_start = [&] { ids.add(); }});
  pool.spawn(async([&]() -> Async<> {
    auto news = first.come();
    co_await news;
    stuck.release();
    opened.wait();
  }));
  pool.spawn(async([&]() -> Async<> {
    auto news = second.come();
    co_await news;
    opened.count_down();
  }));
  ids.add();  // this thread is worker 0
  std::thread outside([&] {
    first.waits.acquire();
    second.waits.acquire();
    while (ids.all().size() < workers) ::sched_yield();
    if (all_asleep) test::wait_until_they_sleep_for_good(ids.all());
    first.tell();
    stuck.acquire();
    second.tell();
  });
  pool.run();
  outside.join();
}

// tokio's workers would all sleep here.
TEST(Deputy, NewsIsReadWhileTheWorkerThatDroveTheReactorIsStuck) {
  news_while_one_is_stuck(2, false);
  news_while_one_is_stuck(4, false);
}

TEST(Deputy, AlsoWhenItHasGoneToSleepForGood) {
  if (!test::calls_can_be_read()) GTEST_SKIP() << "/proc shows no system calls here";
  news_while_one_is_stuck(2, true);
  news_while_one_is_stuck(4, true);
}

// --- The slot: what was woken last is polled next, by the same worker, and wakes no other ------

/// A poll that waits, on its thread, for the one task that it has spawned.
void waits_for_its_child(ThreadPoolExecutor& pool) {
  std::latch done(1);
  pool.block_on(pool.spawn(poll_fn([&](Context&) -> Poll<void> {
    spawn(async([&]() -> Async<> {
      done.count_down();
      co_return;
    }));
    done.wait();
    return Poll<void>::ready();
  })));
}

TEST(Slot, OfAWorkerThatIsStuckIsEmptiedByAnother) {
  for (const unsigned workers : {2u, 4u}) {
    ThreadPoolExecutor pool({.workers = workers, .hand_over_after = std::chrono::milliseconds(1)});
    for (int i = 0; i < 5; ++i) waits_for_its_child(pool);
  }
}

TEST(Slot, AlsoAfterAllHaveSleptForGood) {
  if (!test::calls_can_be_read()) GTEST_SKIP() << "/proc shows no system calls here";
  for (const unsigned workers : {2u, 4u}) {
    Ids ids;
    ThreadPoolExecutor pool({.workers = workers, .on_thread_start = [&] { ids.add(); }});
    while (ids.all().size() + 1 < workers) ::sched_yield();
    for (int i = 0; i < 3; ++i) {
      test::wait_until_they_sleep_for_good(ids.all());
      waits_for_its_child(pool);
    }
  }
}

/// A task that waits until it is woken, says that it has been, and then keeps its thread.
template <class Begin>
auto blocks_when_woken(std::latch& all_wait, Waker& waker, Begin begin, std::latch& end) {
  return poll_fn([&all_wait, &waker, begin, &end](Context& cx) -> Poll<void> {
    if (!waker) {
      waker = cx.waker();
      all_wait.count_down();
      return pending;
    }
    begin();
    end.wait();
    return Poll<void>::ready();
  });
}

TEST(Slot, IsWatchedByAnotherWhenTheWorkerThatWatchedItIsStuckToo) {
  if (!test::calls_can_be_read()) GTEST_SKIP() << "/proc shows no system calls here";
  Ids ids;
  std::latch all_wait(2);
  std::latch slot_is_full(1);
  std::latch child_ran(1);
  Waker first;
  Waker second;
  // (A patience in which the second one is stuck before anybody looks twice.)
  ThreadPoolExecutor pool({.workers = 3,
                           .on_thread_start = [&] { ids.add(); },
                           .hand_over_after = std::chrono::milliseconds(100)});
  const auto fills_its_slot = [&] {
    spawn(async([&]() -> Async<> {
      child_ran.count_down();
      co_return;
    }));
    slot_is_full.count_down();
  };
  const Reactor::OutsideWork outside_works(pool.reactor());
  pool.spawn(blocks_when_woken(all_wait, first, fills_its_slot, child_ran));
  pool.spawn(blocks_when_woken(
      all_wait, second, [] {}, child_ran));
  ids.add();  // this thread is worker 0
  std::thread outside([&] {
    all_wait.wait();
    while (ids.all().size() < 3) ::sched_yield();
    test::wait_until_they_sleep_for_good(ids.all());
    first.wake_by_ref();
    slot_is_full.wait();
    second.wake_by_ref();
  });
  pool.run();
  outside.join();
  first = Waker();
  second = Waker();
}

/// Its wake is noted, and passed on.
struct NotedWake : RefCounted<NotedWake> {
  explicit NotedWake(Waker t) : task(std::move(t)) {}
  static void wake_by_ref(const Arc<NotedWake>& self) {
    self->came = true;
    self->task.wake_by_ref();
  }
  Waker task;
  std::atomic<bool> came{false};
};

/// A task that spawns the next one and ends: the worker's slot is full after each of its polls.
/// When the wake has come, it waits for what that wake will bring, with its thread.
void links(NotedWake& wake, std::latch& opened) {
  spawn(poll_fn([&](Context&) -> Poll<void> {
    if (wake.came) {
      opened.wait();
    } else {
      links(wake, opened);
    }
    return Poll<void>::ready();
  }));
}

void news_in_passing(int yields) {
  // Nobody looks after it (with the longest patience that can be said).
  ThreadPoolExecutor pool({.workers = 2, .hand_over_after = Duration::max()});
  std::latch opened(1);
  Arc<NotedWake> wake;
  Timer news;
  const auto other_has_slept = [&] {
    for (const WorkerStats& one : pool.stats()) {
      if (one.parks == 0) return false;
    }
    return true;
  };
  pool.spawn(poll_fn([&](Context& cx) -> Poll<void> {
    if (!wake) {
      wake = make_arc<NotedWake>(cx.waker());
      return pending;
    }
    opened.count_down();
    return Poll<void>::ready();
  }));
  pool.spawn(async([&]() -> Async<> {
    // Both sleep; then the one that drives the reactor is here, and the other sleeps on.
    do {
      co_await sleep(std::chrono::milliseconds(5));
    } while (!other_has_slept());
    co_await sleep(std::chrono::milliseconds(5));
    for (int i = 0; i < yields; ++i) co_await yield_now();
    pool.reactor().arm(news, Instant::min(), into_waker(wake));
    links(*wake, opened);
  }));
  pool.run();
  wake = nullptr;
}

TEST(Slot, AndNewsThatItsWorkerReadInPassingAreTwoTasksAndAnotherWorkerIsWoken) {
  // Now and then the queue comes before the slot. It does not in all of these.
  for (int yields = 0; yields < 4; ++yields) news_in_passing(yields);
}

TEST(Slot, TwoTasksThatWakeEachOtherDoNotKeepAThirdWaiting) {
  ThreadPoolExecutor pool({.workers = 2});
  std::latch pair_ended(2);
  bool over = false;
  // Worker 1 is blocked until the two have ended: worker 0 alone polls all three.
  std::binary_semaphore blocked{0};
  pool.spawn(poll_fn([&](Context&) -> Poll<void> {
    blocked.release();
    pair_ended.wait();
    return Poll<void>::ready();
  }));
  blocked.acquire();
  pool.spawn(async([&]() -> Async<> {
    struct Pair {
      Waker wakers[2];
    };
    const auto pair = std::make_shared<Pair>();
    for (int i = 0; i < 2; ++i) {
      spawn(poll_fn([&over, &pair_ended, pair, i](Context& cx) -> Poll<void> {
        const bool ends = over;
        pair->wakers[i] = ends ? Waker() : cx.waker();
        if (pair->wakers[1 - i]) pair->wakers[1 - i].wake_by_ref();
        if (!ends) return pending;
        pair_ended.count_down();
        return Poll<void>::ready();
      }));
    }
    spawn(async([&]() -> Async<> {
      for (int i = 0; i < 10; ++i) co_await yield_now();  // at the back of the queue each time
      over = true;
    }));
    co_return;
  }));
  pool.run();
}

/// Reads byte by byte, and never finds nothing. In its first poll it rings.
struct Floods {
  using Output = int;
  AsyncFd& busy;
  int bell;
  const bool& heard;
  int polls = 0;
  Poll<int> poll(Context& cx) {
    if (polls++ == 0) {
      EXPECT_EQ(::write(bell, "x", 1), 1);
    }
    char byte = 0;
    while (!heard && polls < 50) {
      if (busy.poll_read(cx, {&byte, 1}).is_pending()) return pending;
    }
    return polls;
  }
};

struct Hears {
  using Output = void;
  AsyncFd& bell;
  bool& heard;
  Poll<void> poll(Context& cx) {
    char byte = 0;
    if (bell.poll_read(cx, {&byte, 1}).is_pending()) return pending;
    heard = true;
    return Poll<void>::ready();
  }
};

TEST(AFlood, IsInterruptedByALookAtTheReactorAfterEachOfItsTurns) {
  int bell[2];
  ASSERT_EQ(::pipe2(bell, O_NONBLOCK | O_CLOEXEC), 0);
  AsyncFd zeros = AsyncFd::from_nonblocking(::open("/dev/zero", O_RDONLY | O_CLOEXEC | O_NONBLOCK),
                                            AsyncFd::Kind::stream);
  AsyncFd quiet = AsyncFd::from_nonblocking(bell[0], AsyncFd::Kind::stream);
  bool heard = false;
  ThreadPoolExecutor alone({.workers = 1});
  alone.spawn(Hears{quiet, heard});
  EXPECT_LE(alone.block_on(Floods{zeros, bell[1], heard}), 4)
      << "the reactor is asked only after many turns, and each of them may take milliseconds";
  ::close(bell[1]);
}

}  // namespace quiet_test
}  // namespace book

// The blocking pool: who runs a job, when, and what becomes of it. (Chapter 14)
#include <gtest/gtest.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <chrono>
#include <csignal>
#include <future>
#include <latch>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "02_timer_future/sleep.h"
#include "04_io_executor/block_on.h"
#include "05_async_await/async_block.h"
#include "05_async_await/simple_futures.h"
#include "10_spawning/join_error.h"
#include "10_spawning/spawn.h"
#include "14_blocking/spawn_blocking.h"
#include "common/descriptor.h"
#include "support/async_test.h"
#include "support/child_process.h"
#include "support/drop_counter.h"
#include "support/no_thread_left.h"
#include "support/sanitizer.h"
#include "support/thread_parker.h"

namespace book {
namespace pool_test {

using namespace std::chrono_literals;
using test::DropCounter;

/// Why there is no value.
template <class T>
Async<std::string> error_of(JoinHandle<T> handle) {
  try {
    co_await handle;
  } catch (const std::exception& error) {
    co_return error.what();
  }
  co_return "none";
}
/// Of a job that is given to the pool, and awaited, by a task.
template <class F>
Async<std::invoke_result_t<F>> job(BlockingPool& pool, F f) {
  auto handle = spawn_blocking(pool, std::move(f));
  auto value = co_await handle;
  co_return value;
}
bool has(const std::string& text, const std::string& words) {
  return text.find(words) != std::string::npos;
}

/// A job that holds a thread of a pool until it is let go.
class Busy {
 public:
  explicit Busy(BlockingPool& pool)
      : handle(spawn_blocking(pool, [shared = shared_] {
          shared->begun.count_down();
          shared->may_end.wait();
          return 7;
        })) {}
  ~Busy() { let_go(); }
  void wait_until_it_runs() { shared_->begun.wait(); }
  void let_go() {
    if (!std::exchange(gone_, true)) shared_->may_end.count_down();
  }

 private:
  struct Shared {
    std::latch begun{1}, may_end{1};
  };
  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
  bool gone_ = false;

 public:
  JoinHandle<int> handle;
};

ASYNC_TEST_REAL_TIME(BlockingPool, RunsAJobOnAThreadOfItsOwn) {
  BlockingPool pool;
  const BlockingPool::Scope here(pool);
  EXPECT_EQ(pool.stats().threads, 0u) << "it starts none before there is something to do";
  auto handle = spawn_blocking([] {
    char name[16];
    ::pthread_getname_np(::pthread_self(), name, sizeof name);
    return std::pair(std::this_thread::get_id(), std::string(name));
  });
  const auto ran = co_await handle;
  EXPECT_NE(ran.first, std::this_thread::get_id());
  EXPECT_EQ(ran.second, "blocking 1");

  auto nothing = spawn_blocking([] {});
  co_await nothing;
  auto owned =
      spawn_blocking([number = std::make_unique<int>(7)]() mutable { return std::move(number); });
  const auto number = co_await owned;
  EXPECT_EQ(*number, 7);
  EXPECT_LE(pool.stats().started, 3u);
}

ASYNC_TEST_REAL_TIME(BlockingPool, HandsOnWhatAJobThrows) {
  BlockingPool pool;
  const std::string error = co_await error_of(
      spawn_blocking(pool, []() -> int { throw std::runtime_error("the disk is full"); }));
  EXPECT_EQ(error, "the disk is full");
}

ASYNC_TEST_REAL_TIME(BlockingPool, RunsJobsInOrderOnOneThread) {
  BlockingPool pool({.max_threads = 1});
  std::vector<int> order, expected(10);
  std::iota(expected.begin(), expected.end(), 0);
  std::vector<JoinHandle<void>> handles;
  for (int i = 0; i < 10; ++i) {
    handles.push_back(spawn_blocking(pool, [&order, i] { order.push_back(i); }));
  }
  for (auto& handle : handles) co_await handle;
  EXPECT_EQ(order, expected);
  EXPECT_EQ(pool.stats().started, 1u);
}

// Each of them waits for all the others. One that waits for a thread, while a thread could be
// started, would be missed.
ASYNC_TEST_REAL_TIME(BlockingPool, LetsNoJobWaitWhileAThreadCouldBeStarted) {
  constexpr int kJobs = 8;
  for (int round = 0; round < 20; ++round) {
    BlockingPool pool({.max_threads = kJobs});
    std::barrier all(kJobs);
    for (int again = 0; again < 3; ++again) {
      std::vector<JoinHandle<void>> handles;
      for (int i = 0; i < kJobs; ++i) {
        handles.push_back(spawn_blocking(pool, [&all] { all.arrive_and_wait(); }));
      }
      for (auto& handle : handles) co_await handle;
    }
    EXPECT_LE(pool.stats().started, 8u);
  }
}

TEST(BlockingPool, LetsAThreadGoThatHasNothingToDo) {
  BlockingPool pool({.keep_alive = 1ms});
  std::latch ended(1);
  struct AtThreadEnd {
    std::latch* ended = nullptr;
    ~AtThreadEnd() {
      if (ended) ended->count_down();
    }
  };
  spawn_blocking(pool, [&ended] {
    static thread_local AtThreadEnd at_end;
    at_end.ended = &ended;
  });
  ended.wait();
  EXPECT_EQ(pool.stats().threads, 0u);
  EXPECT_EQ(block_on(job(pool, [] { return 7; })), 7) << "and another one comes";
  EXPECT_EQ(pool.stats().started, 2u);
}

TEST(BlockingPool, LosesNoJobWhileThreadsComeAndGo) {
  for (const Duration keep_alive : {Duration(0ns), Duration(50us), Duration::max()}) {
    BlockingPool pool({.max_threads = 3, .keep_alive = keep_alive});
    for (int i = 0; i < 500; ++i) {
      EXPECT_EQ(block_on(job(pool, [i] { return i; })), i);
    }
  }
}

ASYNC_TEST_REAL_TIME(BlockingPool, NeverRunsAJobThatWasAbortedBeforeItBegan) {
  BlockingPool pool({.max_threads = 1});
  const DropCounter counter;
  Busy busy(pool);
  bool ran = false;
  auto handle = spawn_blocking(pool, [&ran, token = counter.token()] { ran = true; });
  handle.abort();
  busy.let_go();
  const std::string error = co_await error_of(std::move(handle));
  EXPECT_TRUE(has(error, "was aborted")) << error;
  EXPECT_FALSE(ran);
  EXPECT_EQ(counter.live(), 0);
}

ASYNC_TEST_REAL_TIME(BlockingPool, CannotStopAJobThatRuns) {
  BlockingPool pool;
  Busy busy(pool);
  busy.wait_until_it_runs();
  busy.handle.abort();
  busy.let_go();
  const int value = co_await busy.handle;
  EXPECT_EQ(value, 7);
}

TEST(BlockingPool, RunsAJobWhoseHandleIsDropped) {
  const DropCounter counter;
  std::promise<void> ran;
  testing::internal::CaptureStderr();
  {
    BlockingPool pool;
    spawn_blocking(pool, [&ran, token = counter.token()] {
      ran.set_value();
      throw std::runtime_error("and nobody asked");
    });
    ran.get_future().wait();
  }
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_EQ(counter.live(), 0);
  EXPECT_TRUE(has(said, "and nobody asked") && has(said, "pool_test.cpp")) << said;
}

TEST(BlockingPool, SaysThatThereIsNoThread) {
  BlockingPool pool({.max_threads = 2});
  const DropCounter counter;
  {
    const test::NoThreadLeft no_thread_left;
    try {
      spawn_blocking(pool, [token = counter.token()] {});
      ADD_FAILURE() << "there was one";
    } catch (const std::system_error& error) {
      EXPECT_TRUE(has(error.what(), "cannot start a thread")) << error.what();
    }
  }
  EXPECT_EQ(counter.live(), 0);
  EXPECT_EQ(pool.stats().queued, 0u);
  // With one alive, the job waits for that one.
  Busy busy(pool);
  busy.wait_until_it_runs();
  const test::NoThreadLeft no_thread_left;
  auto waits = spawn_blocking(pool, [] { return 8; });
  EXPECT_EQ(pool.stats().queued, 1u);
  busy.let_go();
  EXPECT_EQ(test::finish(waits)->value(), 8);
}

TEST(BlockingPool, RefusesWhatMakesNoSense) {
  EXPECT_THROW(BlockingPool({.max_threads = 0}), std::invalid_argument);
  try {
    spawn_blocking([] {});
    ADD_FAILURE() << "on which pool?";
  } catch (const std::logic_error& error) {
    EXPECT_EQ(std::string(error.what()).find("spawn_blocking() needs a blocking pool: make a "), 0u)
        << error.what();
  }
}

// ---- The end ---------------------------------------------------------------------------------

ASYNC_TEST_REAL_TIME(BlockingPool, LeavesAJobThatDoesNotEnd) {
  BlockingPool pool({.max_threads = 1});
  Busy busy(pool);
  busy.wait_until_it_runs();
  std::vector<JoinHandle<int>> waiting;
  for (int i = 0; i < 2; ++i) waiting.push_back(spawn_blocking(pool, [i] { return i; }));
  testing::internal::CaptureStderr();
  EXPECT_EQ(pool.shutdown(0s), 1u);
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(has(said, "without waiting for:\n  the job spawned at ") &&
              has(said, "pool_test.cpp"))
      << said;
  for (auto& handle : waiting) {
    const std::string error = co_await error_of(std::move(handle));
    EXPECT_TRUE(has(error, "its executor ended")) << error;
  }
  EXPECT_EQ(pool.shutdown(0s), 1u) << "asked again";
  busy.let_go();
  const int value = co_await busy.handle;
  EXPECT_EQ(value, 7) << "it was left, not stopped";
}

ASYNC_TEST_REAL_TIME(BlockingPool, DropsWhatComesAfterItsEnd) {
  BlockingPool pool;
  EXPECT_EQ(pool.shutdown(1s), 0u);
  const DropCounter counter;
  testing::internal::CaptureStderr();
  auto late = spawn_blocking(pool, [token = counter.token()] { return 1; });
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(has(said, "has ended: it never runs")) << said;
  EXPECT_EQ(counter.live(), 0);
  const std::string error = co_await error_of(std::move(late));
  EXPECT_TRUE(has(error, "its executor ended")) << error;
}

ASYNC_TEST_REAL_TIME(BlockingPool, DoesNotEndInsideOfItself) {
  BlockingPool pool;
  const std::string error =
      co_await error_of(spawn_blocking(pool, [&pool] { return pool.shutdown(1s); }));
  EXPECT_TRUE(has(error, "cannot end inside one of its own jobs")) << error;
}

TEST(BlockingPool, IsNotDestroyedByItsOwnJob) {
  if (test::under_sanitizer()) GTEST_SKIP() << "no threads in the child of a process with threads";
  const test::ChildResult result = test::run_in_child([] {
    auto pool = std::make_shared<BlockingPool>();
    BlockingPool& same = *pool;
    auto handle = spawn_blocking(same, [last = std::move(pool)]() mutable { last.reset(); });
    test::finish(handle);
    return 0;
  });
  EXPECT_EQ(result.signal, SIGABRT) << result.exit_code;
  EXPECT_TRUE(has(result.err, "destroyed inside one of its own jobs")) << result.err;
}

// The job ends when it has read on stderr that it is waited for.
TEST(BlockingPool, SaysForWhichJobItsEndWaits) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const Descriptor reads(ends[0]), before(::dup(STDERR_FILENO));
  ASSERT_EQ(::dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
  ::close(ends[1]);
  std::string said;
  {
    std::latch begun(1);
    BlockingPool pool;
    spawn_blocking(pool, [&] {
      begun.count_down();
      char some[1000];
      const ssize_t n = ::read(reads.get(), some, sizeof some);
      said.assign(some, static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
    });
    begun.wait();
  }
  ASSERT_EQ(::dup2(before.get(), STDERR_FILENO), STDERR_FILENO);
  EXPECT_TRUE(has(said, "a blocking pool ends, and waits for:\n  the job spawned at ")) << said;
  EXPECT_TRUE(has(said, "pool_test.cpp")) << said;
}

// ---- Time, and what may be done in a job -----------------------------------------------------

ASYNC_TEST(BlockingPool, KeepsVirtualTimeWhereItIsWhileAJobRuns) {
  BlockingPool pool;
  const Instant start = Reactor::current().now();
  auto hour = spawn(sleep(1h));
  auto inner = spawn_blocking(pool, [&pool] {
    std::this_thread::sleep_for(10ms);
    return spawn_blocking(pool, [] { std::this_thread::sleep_for(10ms); });
  });
  auto begun_by_a_job = co_await inner;
  EXPECT_EQ(Reactor::current().now(), start);
  co_await begun_by_a_job;
  EXPECT_EQ(Reactor::current().now(), start);
  co_await hour;
  EXPECT_EQ(Reactor::current().now(), start + 1h);
  EXPECT_TRUE(Reactor::current().waiting().nothing());
}

TEST(BlockingPool, IsNoSilence) {
  testing::internal::CaptureStderr();
  BlockingPool pool;
  block_on(job(pool, [] {
    std::this_thread::sleep_for(5ms);
    return 0;
  }));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

ASYNC_TEST_REAL_TIME(BlockingPool, LetsAJobRunAnExecutorOfItsOwn) {
  BlockingPool pool;
  auto handle = spawn_blocking(pool, [] {
    return block_on(async([]() -> Async<int> {
      auto inner = spawn_blocking([] { return 7; });  // on the pool of the job
      const int value = co_await inner;
      co_return value;
    }));
  });
  const int value = co_await handle;
  EXPECT_EQ(value, 7);
  const std::string error = co_await error_of(spawn_blocking(pool, [] { spawn(ready(1)); }));
  EXPECT_TRUE(has(error, "call it inside a task")) << error;
}

TEST(BlockingPool, IsUsedFromSeveralThreads) {
  BlockingPool pool({.max_threads = 4, .keep_alive = 0ns});
  std::vector<std::thread> threads;
  std::atomic<int> sum{0};
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 100; ++i) {
        auto handle = spawn_blocking(pool, [i] { return i; });
        if (i % 3 == 0) handle.abort();
        try {
          sum += test::finish(handle)->value();
        } catch (const JoinError&) {
          sum += i;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(sum, 3 * 4950);
}

}  // namespace pool_test
}  // namespace book

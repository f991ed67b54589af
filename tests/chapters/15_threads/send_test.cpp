// The nets of Send: what each catches.
#include "15_threads/send.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "05_async_await/async_block.h"
#include "05_async_await/simple_futures.h"
#include "05_async_await/yield_now.h"
#include "07_join/join.h"
#include "09_streams/local_channel.h"
#include "10_spawning/task_scope.h"
#include "12_sync/mutex.h"
#include "15_threads/runtime.h"
#include "15_threads/send_async.h"
#include "15_threads/spawn_local.h"
#include "support/hand.h"

namespace book {
namespace send_test {

struct Stays : NotSend {};
struct SaysSo {
  using not_send = void;
};
struct Pinned : NotSend {
  using Output = int;
  Poll<int> poll(Context&) { return 1; }
};

TEST(Send, IsWhatDoesNotSayOtherwise) {
  EXPECT_TRUE(Send<int>);
  EXPECT_TRUE(Send<std::string>);
  EXPECT_TRUE(Send<std::unique_ptr<int>>);
  EXPECT_TRUE(Send<Async<int>>);
  EXPECT_TRUE(Send<Guard<int>>) << "the lock of chapter 12 belongs to no thread";
  EXPECT_FALSE(Send<Stays>);
  EXPECT_FALSE(Send<const Stays>);
  EXPECT_FALSE(Send<SaysSo>);
  EXPECT_FALSE(Send<std::unique_lock<std::mutex>>);
  EXPECT_FALSE((Send<std::scoped_lock<std::mutex, std::mutex>>));
  EXPECT_FALSE(Send<LocalSender<int>>);
  EXPECT_FALSE(Send<TaskScope>);
}

TEST(Send, AsksWhatAThingIsMadeOf) {
  EXPECT_FALSE(Send<std::vector<Stays>>);
  EXPECT_FALSE((Send<std::tuple<int, std::optional<Stays>>>));
  EXPECT_FALSE((Send<std::array<Stays, 2>>));
  using Both = decltype(join(Pinned(), ready(1)));
  EXPECT_FALSE(Send<Both>);
  using Fine = decltype(join(ready(2), ready(1)));
  EXPECT_TRUE(Send<Fine>);
}

template <class Action>
std::string error_of(Action action) {
  try {
    action();
  } catch (const std::logic_error& error) {
    return error.what();
  }
  return "";
}

TEST(Send, IsAskedBySpawnWhenItRunsInAPool) {
  Runtime runtime = Runtime::builder().workers(2).build();
  std::string error;
  int kept = 0;
  int line = 0;
  runtime.block_on(async([&]() -> Async<> {
    line = __LINE__ + 1;
    error = error_of([] { spawn(Pinned()); });
    auto local = spawn_local(Pinned());
    kept = co_await local;
  }));
  EXPECT_NE(error.find("send_test.cpp:" + std::to_string(line)), std::string::npos) << error;
  EXPECT_NE(error.find("is not Send, and tasks of a pool change threads: spawn_local keeps"),
            std::string::npos)
      << error;
  EXPECT_EQ(kept, 1);
  EXPECT_EQ(block_on(async([&]() -> Async<int> {
              auto handle = spawn(Pinned());  // one thread: why not
              const int one = co_await handle;
              co_return one;
            })),
            1);
}

Async<int> keeps_in_its_frame(Stays) {
  co_await yield_now();
  co_return 3;
}

TEST(Send, SeesNoCaptureNoMemberAndNoFrame) {
  auto captures = [stays = Stays()] { (void)stays; };
  struct Has {
    Stays stays;
  };
  EXPECT_TRUE(Send<decltype(captures)>);
  EXPECT_TRUE(Send<Has>);
  EXPECT_TRUE(Send<Stays*>);
  Runtime runtime = Runtime::builder().workers(2).build();
  EXPECT_EQ(runtime.block_on(runtime.spawn(keeps_in_its_frame(Stays()))), 3) << "SendAsync sees it";
}

SendAsync<int> keeps_a_local() {
  [[maybe_unused]] const Stays stays;
  co_await yield_now();
  co_return 4;
}

TEST(SendAsync, SeesNoLocal) { EXPECT_EQ(block_on(keeps_a_local()), 4); }

SendAsync<int> half(int n) {
  co_await yield_now();
  co_return n / 2;
}
SendAsync<int> quarter(int n) {
  const int once = co_await half(n);
  const int twice = co_await half(once);
  co_return twice;
}

TEST(SendAsync, RunsAsAnAsyncDoes) {
  EXPECT_EQ(block_on(quarter(40)), 10);
  Runtime runtime = Runtime::builder().workers(2).build();
  EXPECT_EQ(runtime.block_on(runtime.spawn(quarter(44))), 11);
  EXPECT_EQ(runtime.shutdown(std::chrono::seconds(5)), 0u);
}

TEST(ThreadBound, IsUsedWhereItWasMade) {
  ThreadBound bound("Cache");
  bound.check();
  const ThreadBound copy = bound;
  copy.check();
}

TEST(ThreadBound, ThrowsOnAnotherThread) {
  ThreadBound bound("Cache");
  std::string error;
  std::thread([&] {
    try {
      bound.check();
    } catch (const std::logic_error& e) {
      error = e.what();
    }
  }).join();
  EXPECT_EQ(error,
            "Cache was made on a thread of no pool and used on another one: keep it in a block "
            "without co_await, or spawn_local");
}

TEST(ThreadBound, KnowsTheWorkersOfAPool) {
  std::string error;
  Runtime runtime = Runtime::builder().workers(2).build();
  std::optional<ThreadBound> bound;
  runtime.block_on(async([&]() -> Async<> {
    bound.emplace("Cache");
    co_return;
  }));
  std::thread([&] { error = error_of([&] { bound->check(); }); }).join();
  EXPECT_EQ(error.rfind("Cache was made on worker 0 and used on a thread of no pool:", 0), 0u)
      << error;
}

TEST(ThreadBound, SeesNoUseThatItIsNotAskedAbout) {
  struct Cache {
    ThreadBound bound{"Cache"};
    int value = 5;
    int peek() const { return value; }
  } cache;
  std::thread([&] { EXPECT_EQ(cache.peek(), 5); }).join();
}

#ifndef NDEBUG
TEST(DebugThreadBound, ALocalChannelComplainsOnASecondThread) {
  auto ends = local_channel<int>(2);
  std::string sends, receives;
  std::thread([&] {
    sends = error_of([&] { ends.sender.start_send(1); });
    const test::Hand hand;
    receives = error_of([&] { hand.waits(ends.receiver); });
  }).join();
  const std::string words = "a local_channel was made on a thread of no pool and used on another";
  EXPECT_EQ(sends.rfind(words, 0), 0u) << sends;
  EXPECT_EQ(receives.rfind(words, 0), 0u) << receives;
  ends.sender.start_send(1);
  EXPECT_EQ(ends.receiver.size(), 1u);
}

TEST(DebugThreadBound, AScopeHandleComplainsOnASecondThreadInASecondTask) {
  std::string error;
  auto body = [&](TaskScope& scope) -> Async<> {
    auto child = scope.spawn(ready(1));
    std::thread([&] {
      const test::Hand hand;
      error = error_of([&] { (void)hand.poll(child); });
    }).join();
    co_return;
  };
  block_on(task_scope(body));
  EXPECT_EQ(error.rfind("a ScopeHandle was made on a thread of no pool and used on", 0), 0u)
      << error;
}
#endif

TEST(ScopeHandle, GoesWithItsTaskToAnotherThread) {
  std::atomic<int> sum{0};
  {
    ThreadPoolExecutor pool({.workers = 4});
    for (int i = 0; i < 100; ++i) {
      pool.spawn(async([&]() -> Async<> {
        auto body = [&](TaskScope& scope) -> Async<> {
          auto child = scope.spawn(half(6));
          for (int k = 0; k < 5; ++k) co_await yield_now();
          const int three = co_await child;
          sum += three;
        };
        co_await task_scope(body);
      }));
    }
    pool.run();
  }
  EXPECT_EQ(sum, 300);
}

TEST(ThreadBoundDeathTest, EndsTheProgramWhenItIsDroppedOnAnotherThread) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        auto bound = std::make_unique<ThreadBound>("Cache");
        std::thread([&] { bound.reset(); }).join();
      },
      "Cache was made on .* and used on .*: keep it in a block");
}

}  // namespace send_test
}  // namespace book

// The nets of Send: what each catches.
#include "15_threads/send.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "05_async_await/simple_futures.h"
#include "05_async_await/yield_now.h"
#include "07_join/join.h"
#include "12_sync/mutex.h"
#include "15_threads/runtime.h"
#include "15_threads/send_async.h"
#include "15_threads/thread_bound.h"

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

// Runtime's two pools: what blocks has threads of its own. (Chapters 14 and 15)
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <latch>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "05_async_await/async.h"
#include "14_blocking/fs.h"
#include "15_threads/runtime.h"
#include "support/thread_parker.h"

namespace book {
namespace runtime_blocking_test {

using namespace std::chrono_literals;

Async<int> asks(int number) {
  auto handle = spawn_blocking([number] { return number; });
  const int value = co_await handle;
  co_return value;
}

Async<int> asks_on_all_workers() {
  std::vector<JoinHandle<int>> handles;
  for (int i = 0; i < 100; ++i) handles.push_back(spawn(asks(i)));
  int sum = co_await asks(1000);
  for (auto& handle : handles) {
    const int value = co_await handle;
    sum += value;
  }
  const std::string status = co_await read_file("/proc/self/status");
  EXPECT_FALSE(status.empty());
  co_return sum;
}

TEST(Runtime, HasAPoolForWhatBlocks) {
  std::atomic<int> started{0};
  Runtime runtime = Runtime::builder()
                        .workers(2)
                        .blocking_threads(3)
                        .on_thread_start([&started] { ++started; })
                        .build();
  EXPECT_EQ(runtime.block_on(asks_on_all_workers()), 5950);
  EXPECT_LE(runtime.blocking().stats().started, 3u);
  EXPECT_EQ(runtime.shutdown(10s), 0u);
  EXPECT_EQ(started, 1) << "it is for the workers' threads, and one worker is this thread";
}

TEST(Runtime, TakesJobsFromAnyThread) {
  Runtime runtime = Runtime::builder().workers(2).build();
  std::thread([handle = runtime.handle()] {
    auto job = handle.spawn_blocking([] { return 7; });
    EXPECT_EQ(test::finish(job)->value(), 7);
  }).join();
}

TEST(Runtime, LeavesAJobThatDoesNotEnd) {
  struct Gate {
    std::latch begun{1}, may_end{1}, ended{1};
  };
  const auto gate = std::make_shared<Gate>();
  {
    Runtime runtime = Runtime::builder().workers(2).build();
    runtime.handle().spawn_blocking([gate] {
      gate->begun.count_down();
      gate->may_end.wait();
      gate->ended.count_down();
    });
    gate->begun.wait();
    testing::internal::CaptureStderr();
    EXPECT_EQ(runtime.shutdown(0s), 1u);
    EXPECT_NE(testing::internal::GetCapturedStderr().find("runtime_blocking_test.cpp"),
              std::string::npos);
  }
  gate->may_end.count_down();
  gate->ended.wait();
}

TEST(Runtime, RefusesAPoolOfNoThreads) {
  auto builder = Runtime::builder().workers(1).blocking_threads(0);
  EXPECT_THROW(builder.build(), std::invalid_argument);
}

}  // namespace runtime_blocking_test
}  // namespace book

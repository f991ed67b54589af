// The frames' free lists: reuse, the bound on what is kept, other threads. (Chapter 05)
#include "05_async_await/frame_pool.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace book {
namespace frame_pool_test {

TEST(FramePool, GivesBackTheFrameFreedLast) {
  if (!FramePool::kEnabled) GTEST_SKIP() << "off under the address sanitizer";
  void* first = FramePool::allocate(200);
  FramePool::free(first, 200);
  void* second = FramePool::allocate(195);  // the same size class
  EXPECT_EQ(first, second);
  FramePool::free(second, 195);
}

TEST(FramePool, KeepsNoMoreThanItsBoundForASize) {
  std::vector<void*> frames;
  for (int i = 0; i < 2000; ++i) frames.push_back(FramePool::allocate(512));
  for (void* frame : frames) FramePool::free(frame, 512);
  EXPECT_LE(FramePool::kept_bytes(512), FramePool::kMaxKeptBytes);
  if (FramePool::kEnabled) {
    EXPECT_GT(FramePool::kept_bytes(512), FramePool::kMaxKeptBytes - 600);
  }
}

TEST(FramePool, KeepsNoLargeFrame) {
  FramePool::free(FramePool::allocate(100'000), 100'000);
  EXPECT_EQ(FramePool::kept_bytes(100'000), 0u);
}

TEST(FramePool, AFrameMayBeFreedOnAnotherThread) {
  std::vector<void*> frames;
  for (int i = 0; i < 100; ++i) frames.push_back(FramePool::allocate(96));
  std::thread([&] {
    for (void* frame : frames) FramePool::free(frame, 96);
    if (FramePool::kEnabled) {
      EXPECT_GE(FramePool::kept_bytes(96), 100u * 96);
    }
  }).join();  // the leak checker sees whether the thread's end gave them back
}

TEST(FramePool, AFrameMayBeFreedAfterTheThreadsLists) {
  struct FreesLate {
    void* frame = FramePool::allocate(64);
    ~FreesLate() { FramePool::free(frame, 64); }
  };
  std::thread([] {
    static thread_local FreesLate made_first_destroyed_last;
    EXPECT_NE(made_first_destroyed_last.frame, nullptr);
    FramePool::free(FramePool::allocate(64), 64);  // the lists open now, and so close before
  }).join();
}

}  // namespace frame_pool_test
}  // namespace book

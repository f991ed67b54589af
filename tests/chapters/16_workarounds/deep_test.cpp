// Boxes 100,000 deep: run, and dropped at each stage, without the machine's stack. (Chapter 16)
#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "04_io_executor/block_on.h"
#include "05_async_await/map_then.h"
#include "05_async_await/simple_futures.h"
#include "05_async_await/yield_now.h"
#include "16_workarounds/boxed_future.h"
#include "support/drop_counter.h"
#include "support/hand.h"

namespace book {
namespace deep_test {

constexpr int kDeep = 100'000;

/// A box around each call.
Async<int> down(int depth) {
  if (depth == 0) {
    co_await yield_now();
    co_return 0;
  }
  BoxFuture<int> box = boxed(down(depth - 1));
  const int below = co_await std::move(box);
  co_return below + 1;
}

TEST(Deep, ACoroutineInABoxIsACallAsAnyOther) { EXPECT_EQ(block_on(down(kDeep)), kDeep); }

TEST(Deep, BoxesThatAwaitOneAnotherAreDroppedInALoop) {
  const test::Hand hand;
  std::optional box(boxed(down(kDeep)));
  EXPECT_TRUE(hand.is_pending(*box));
  box.reset();
  EXPECT_EQ(hand.waker.kept(), 0);
}

/// Each step a box of its own, around all that came before.
BoxFuture<int> chain_of(int steps, const std::function<BoxFuture<int>(BoxFuture<int>)>& step) {
  BoxFuture<int> box = ready(0);
  for (int i = 0; i < steps; ++i) box = step(std::move(box));
  return box;
}

TEST(Deep, AChainOfStepsIsDroppedInALoop) {
  test::DropCounter drops;
  const auto one_more = [token = drops.token()](int n) { return n + 1; };
  const auto later = [](int n) { return boxed(ready(n + 1)); };
  {
    const auto maps =
        chain_of(kDeep, [&](BoxFuture<int> box) { return boxed(std::move(box) | map(one_more)); });
    const auto thens =
        chain_of(kDeep, [&](BoxFuture<int> box) { return boxed(std::move(box) | then(later)); });
    const auto both = chain_of(kDeep, [&](BoxFuture<int> box) {
      return boxed(std::move(box) | then(later) | map(one_more));
    });
    EXPECT_EQ(drops.live(), 2 * kDeep + 1);
  }
  EXPECT_EQ(drops.live(), 1);
}

/// Writes its name down when it goes.
struct Mark {
  Mark(std::vector<std::string>& log, std::string name) : log_(&log), name_(std::move(name)) {}
  Mark(Mark&& other) noexcept
      : log_(std::exchange(other.log_, nullptr)), name_(std::move(other.name_)) {}
  ~Mark() {
    if (log_) log_->push_back(name_);
  }
  std::vector<std::string>* log_;
  std::string name_;
};

TEST(Deep, TheOrderIsThatOfNestedDestructors) {
  std::vector<std::string> boxes, nested;
  const auto step = [](std::vector<std::string>& log, const char* name) {
    return map([mark = Mark(log, name)](int n) { return n; });
  };
  {
    const auto chain =
        boxed(boxed(ready(1) | step(boxes, "1")) | step(boxes, "2")) | step(boxes, "3");
  }
  { const auto chain = ready(1) | step(nested, "1") | step(nested, "2") | step(nested, "3"); }
  EXPECT_EQ(nested, (std::vector<std::string>{"3", "2", "1"}));
  EXPECT_EQ(boxes, nested);
}

TEST(Deep, AShortChainRuns) {
  const auto chain = [](BoxFuture<int> box) {
    return boxed(std::move(box) | map([](int n) { return n + 1; }));
  };
  EXPECT_EQ(block_on(chain_of(100, chain)), 100);
  const test::Hand hand;
  auto waits = boxed(yield_now() | map([] { return 0; }));
  for (int i = 0; i < 100; ++i) waits = chain(std::move(waits));
  EXPECT_TRUE(hand.is_pending(waits));
}

}  // namespace deep_test
}  // namespace book

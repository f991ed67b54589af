#include "16_workarounds/story/recursion.h"

#include <fmt/format.h>

#include <cstddef>
#include <tuple>
#include <utility>

#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "05_async_await/map_then.h"
#include "05_async_await/simple_futures.h"
#include "07_join/join.h"
#include "10_spawning/spawn.h"
#include "16_workarounds/boxed_future.h"
#include "16_workarounds/story/measure.h"

namespace book::story {
namespace {

// ---- down the stairs, and up again, counting ------------------------------

Async<int> stairs(int floors, StackMark& mark) {
  if (floors == 0) {
    const int bottom = co_await Look(mark);
    co_return bottom;
  }
  const int below = co_await stairs(floors - 1, mark);
  co_return below + 1;
}

/// As one has to write it in Rust.
Async<int> stairs_in_boxes(int floors, StackMark& mark) {
  if (floors == 0) {
    const int bottom = co_await Look(mark);
    co_return bottom;
  }
  const int below = co_await boxed(stairs_in_boxes(floors - 1, mark));
  co_return below + 1;
}

int sum_of(const std::tuple<int, int>& both) { return std::get<0>(both) + std::get<1>(both); }

Async<int> stairs_by_join(int floors, StackMark& mark) {
  if (floors == 0) {
    const int bottom = co_await Look(mark);
    co_return bottom;
  }
  auto both = join(stairs_by_join(floors - 1, mark), ready(1));
  const std::tuple<int, int> counted = co_await both;
  co_return sum_of(counted);
}

/// No coroutine. With `auto` in the place of BoxFuture<int> its type would contain itself.
BoxFuture<int> stairs_of_futures(int floors, StackMark& mark) {
  if (floors == 0) return Look(mark);
  return join(stairs_of_futures(floors - 1, mark), ready(1)) | map(sum_of);
}

/// The cure: the executor polls each floor by itself.
Async<int> stairs_by_tasks(int floors, StackMark& mark) {
  if (floors == 0) {
    const int bottom = co_await Look(mark);
    co_return bottom;
  }
  auto below = spawn(stairs_by_tasks(floors - 1, mark));
  auto both = join(below, ready(1));
  const std::tuple<int, int> counted = co_await both;
  co_return sum_of(counted);
}

// ---- what they take -------------------------------------------------------

/// Polled by hand, to the end: there is nothing to wait for.
template <class F>
void run(F future, StackMark& mark) {
  const Waker waker = Waker::noop();
  Context cx(waker);
  mark.set();
  (void)future.poll(cx);
}

/// Bytes of the stack that it takes to go so many floors further down.
template <class Make>
long stack_for(int floors, Make make) {
  const auto depth_at = [&](int depth) {
    StackMark mark;
    run(make(depth, mark), mark);
    return mark.depth();
  };
  return depth_at(floors + 1) - depth_at(1);
}

long stack_for_tasks(int floors) {
  const auto depth_at = [](int depth) {
    StackMark mark;
    Executor executor;
    mark.set();
    executor.block_on(stairs_by_tasks(depth, mark));
    return mark.depth();
  };
  return depth_at(floors + 1) - depth_at(1);
}

// ---- one box in the other -------------------------------------------------

/// Looks at the stack when it is destroyed.
class LooksWhenItGoes {
 public:
  explicit LooksWhenItGoes(StackMark& mark) : mark_(&mark) {}
  LooksWhenItGoes(LooksWhenItGoes&& other) noexcept : mark_(std::exchange(other.mark_, nullptr)) {}
  ~LooksWhenItGoes() {
    if (mark_) mark_->look();
  }
  int operator()() const { return 0; }

 private:
  StackMark* mark_;
};

BoxFuture<int> boxes_in_boxes(int boxes, StackMark& mark) {
  BoxFuture<int> all = ready() | map(LooksWhenItGoes(mark));
  const auto one_more = [](int n) { return n + 1; };
  for (int i = 1; i < boxes; ++i) all = std::move(all) | map(one_more);
  return all;
}

long stack_to_drop(int boxes) {
  StackMark mark;
  BoxFuture<int> all = boxes_in_boxes(boxes, mark);
  mark.set();
  all = ready(0);  // what was in it goes
  return mark.depth();
}

}  // namespace

void a_coroutine_that_calls_itself() {
  constexpr int kFloors = 10'000;
  StackMark mark;
  const auto tell = [&](const char* how, auto make) {
    const std::size_t frames = allocations_of([&] { run(make(kFloors - 1, mark), mark); });
    fmt::print("   {} calls deep{}: {} allocations, and {} bytes more of the stack\n", kFloors, how,
               frames, stack_for(kFloors - 1, make));
  };
  tell("", stairs);
  tell(", each in a box", stairs_in_boxes);
}

void through_a_join() {
  constexpr int kFloors = 500;
  const auto tell = [](const char* how, long stack) {
    fmt::print("   {:31} ~{} bytes of the stack a call\n", how, stack / kFloors);
  };
  fmt::print("   {:31} {} bytes of the stack a call\n",
             "one coroutine awaits the other:", stack_for(kFloors, stairs) / kFloors);
  tell("it awaits a join of both:", stack_for(kFloors, stairs_by_join));
  tell("without coroutines, in boxes:", stack_for(kFloors, stairs_of_futures));
  fmt::print("   {:31} {} bytes of the stack a call\n",
             "a join of tasks:", stack_for_tasks(kFloors) / kFloors);
}

void a_hundred_thousand_boxes() {
  constexpr int kBoxes = 100'000;
  StackMark mark;
  const std::size_t blocks = allocations_of([&] { (void)boxes_in_boxes(kBoxes, mark); });
  fmt::print("   one in the other: {} allocations\n", blocks);
  fmt::print("   dropped: {} bytes more of the stack than for one\n",
             stack_to_drop(kBoxes) - stack_to_drop(1));
}

}  // namespace book::story

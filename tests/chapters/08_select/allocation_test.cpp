// select, fuse and race lie inside the coroutine that awaits them: nothing goes to the heap. This
// file counts every operator new of the test program. (Chapter 08)
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdlib>
#include <new>
#include <string>
#include <utility>

#include "05_async_await/map_then.h"
#include "05_async_await/simple_futures.h"
#include "05_async_await/yield_now.h"
#include "08_select/fuse.h"
#include "08_select/race.h"
#include "08_select/select.h"
#include "chapters/08_select/doors.h"

namespace {
std::size_t allocations = 0;
}

// Not inlined: g++ would see a malloc here and a delete there, and warn of what does fit together.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size ? size : 1)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace book {
namespace allocation_test {

using test::poll_once;

/// Polls it twice: once pending, once ready.
template <class Make>
std::size_t allocations_of(Make make) {
  const std::size_t before = allocations;
  {
    auto future = make();
    EXPECT_TRUE(poll_once(future).is_pending());
    EXPECT_TRUE(poll_once(future).is_ready());
  }
  return allocations - before;
}

TEST(Allocations, AreCounted) {
  auto allocates = [] {
    auto kept = [text = std::string(100, 'x')] { (void)text; };
    return yield_now() | map(std::move(kept));
  };
  EXPECT_EQ(allocations_of(allocates), 1u);
}

TEST(Allocations, SelectMakesNone) {
  EXPECT_EQ(allocations_of([] { return select(yield_now(), never<int>()); }), 0u);
}

TEST(Allocations, SelectWithHandlersMakesNone) {
  auto nothing = [] {};
  auto waits = [] { return ready(); };
  EXPECT_EQ(allocations_of([&] {
              return select(on(yield_now(), nothing), on(never<void>(), waits), complete(nothing));
            }),
            0u);
}

TEST(Allocations, AHandlersFutureLiesInTheSelect) {
  auto waits = [](int) { return yield_now(); };
  auto nothing = [] {};
  EXPECT_EQ(allocations_of([&] { return select(on(ready(1), waits), on(never<void>(), nothing)); }),
            0u);
}

TEST(Allocations, FuseAndRaceMakeNone) {
  EXPECT_EQ(allocations_of([] { return fuse(yield_now()); }), 0u);
  EXPECT_EQ(allocations_of([] { return race(yield_now(), never<void>()); }), 0u);
  EXPECT_EQ(allocations_of([] { return race_ok(yield_now(), never<void>()); }), 0u);
}

}  // namespace allocation_test
}  // namespace book

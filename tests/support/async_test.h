// ASYNC_TEST: a test whose body is a coroutine.
//
//     ASYNC_TEST(Timeout, GivesUpAfterAnHour) {
//       auto nothing = co_await timeout(1h, never<int>());      // takes no time: it is virtual
//       EXPECT_FALSE(nothing);
//     }
//
// The body runs as a task of an executor of its own, so it may spawn, and wait for timers and
// descriptors. Time is virtual: it jumps to the next timer when nothing else can happen. Where a
// test really has to wait for another thread or process, ASYNC_TEST_REAL_TIME.
//
// It fails as every test does, by EXPECT_...; also when an exception leaves the body, and when
// nothing can happen any more: then with the list of the tasks that wait, and for what.
// A test ends with its body: tasks that it has spawned and not awaited are dropped there, wherever
// they stand, as block_on does. Await the handles of those that are to finish.
// ASSERT_... and GTEST_SKIP() do not compile in a coroutine, for they return: EXPECT_... it is, and
// where the rest makes no sense, co_return. Chapter 10 teaches it.
#pragma once

#include <gtest/gtest.h>

#include "05_async_await/async.h"
#include "common/clock.h"

namespace book::test {

/// Runs the body of an ASYNC_TEST and reports what leaves it.
void run_async_test(Async<> body, TimeMode time, const char* file, int line);

}  // namespace book::test

#define ASYNC_TEST(Suite, Name) BOOK_ASYNC_TEST(Suite, Name, ::book::TimeMode::virtual_time)
#define ASYNC_TEST_REAL_TIME(Suite, Name) BOOK_ASYNC_TEST(Suite, Name, ::book::TimeMode::real)

#define BOOK_ASYNC_TEST(Suite, Name, time)                                                \
  static ::book::Async<> Suite##_##Name##_AsyncBody();                                    \
  TEST(Suite, Name) {                                                                     \
    ::book::test::run_async_test(Suite##_##Name##_AsyncBody(), time, __FILE__, __LINE__); \
  }                                                                                       \
  static ::book::Async<> Suite##_##Name##_AsyncBody()

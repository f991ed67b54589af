// Dropping is cancelling: pipelines dropped after every number of polls leave nothing behind.
// (Chapter 09)
#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "05_async_await/async.h"
#include "05_async_await/simple_futures.h"
#include "05_async_await/yield_now.h"
#include "07_join/join.h"
#include "09_streams/buffered.h"
#include "09_streams/chain_zip.h"
#include "09_streams/chunks.h"
#include "09_streams/collect.h"
#include "09_streams/flatten.h"
#include "09_streams/flatten_unordered.h"
#include "09_streams/for_each_concurrent.h"
#include "09_streams/forward.h"
#include "09_streams/fuse.h"
#include "09_streams/generator.h"
#include "09_streams/local_channel.h"
#include "09_streams/map_filter.h"
#include "09_streams/merge.h"
#include "09_streams/peekable.h"
#include "09_streams/sources.h"
#include "09_streams/take_skip.h"
#include "09_streams/take_until.h"
#include "09_streams/then.h"
#include "script.h"
#include "support/counting_waker.h"
#include "support/drop_counter.h"

namespace book {
namespace drop_test {

using test::Breathe;
using Token = test::DropCounter::Token;
using Tokens = std::vector<Token>;

/// Six tokens, with a rest before each.
test::Script<Token> tokens(const test::DropCounter& drops) {
  std::deque<test::Step<Token>> steps;
  for (int i = 0; i < 6; ++i) {
    steps.emplace_back(Breathe{});
    steps.emplace_back(drops.token());
  }
  return test::script<Token>(std::move(steps)).stream;
}

Async<Token> passes(Token token) {
  const Token held = token;
  co_await yield_now();
  co_return token;
}

Async<> passes_times(int turns) {
  for (int i = 0; i < turns; ++i) co_await yield_now();
}

AsyncStream<Token> passes_all(test::Script<Token> source) {
  for (;;) {
    auto item = co_await next(source);
    if (!item) break;
    co_await yield_now();
    co_yield std::move(*item);
  }
}

/// Polls `make(tokens)` k times and destroys it, for every k until it ends by itself.
template <class Make>
void expect_no_trace(Make make, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  const testing::ScopedTrace here(file, line, "");
  for (int polls = 0;; ++polls) {
    ASSERT_LT(polls, 100) << "it never ends";
    const test::DropCounter drops;
    const test::CountingWaker waker;
    bool ended = false;
    {
      auto future = make(tokens(drops));
      Context cx(waker.waker());
      for (int i = 0; i < polls && !ended; ++i) ended = future.poll(cx).is_ready();
    }
    EXPECT_EQ(drops.live(), 0) << "after " << polls << " polls";
    EXPECT_EQ(waker.kept(), 0) << "after " << polls << " polls";
    if (ended) return;
  }
}

TEST(Dropping, AHalfRunPipelineLeavesNothingBehind) {
  expect_no_trace([](auto s) { return std::move(s) | collect<Tokens>(); });
  expect_no_trace([](auto s) { return std::move(s) | then(passes) | collect<Tokens>(); });
  expect_no_trace([](auto s) { return passes_all(std::move(s)) | collect<Tokens>(); });
  expect_no_trace([](auto s) { return std::move(s) | chunks(4) | collect<std::deque<Tokens>>(); });
  expect_no_trace(
      [](auto s) { return std::move(s) | zip(repeat(1)) | take(3) | for_each([](auto) {}); });
  expect_no_trace([](auto s) { return repeat(1) | zip(std::move(s)) | for_each([](auto) {}); });
  expect_no_trace([](auto s) {
    return std::move(s) | skip(1) | fuse() | peekable() | enumerate() |
           for_each([](auto pair) { return passes(pair.second); });
  });
  expect_no_trace([](auto s) {
    return std::move(s) | map([](Token token) { return once(std::move(token)) | then(passes); }) |
           flatten() |
           fold(Tokens{}, [](Tokens all, const Token& token) { return all.push_back(token), all; });
  });
  expect_no_trace([](auto s) {
    return std::move(s) | then(passes) |
           chain(once(1) | filter_map([](int) { return std::optional<Token>(); })) |
           reduce([](Token a, const Token&) { return a; });
  });
}

TEST(Dropping, WhatMayEndEarlyLeavesNothingBehind) {
  expect_no_trace([](auto s) { return std::move(s) | take_until(never<>()) | collect<Tokens>(); });
  expect_no_trace([](auto s) {
    return std::move(s) | then(passes) | take_until(passes_times(5)) | collect<Tokens>();
  });
  expect_no_trace([](auto s) {
    return std::move(s) | map([](Token token) { return once(std::move(token)) | then(passes); }) |
           flatten_unordered(2) | collect<Tokens>();
  });
  expect_no_trace([](auto s) {
    auto ends = local_channel<Token>(1);
    return join(std::move(ends.receiver) | collect<Tokens>(),
                send_all(std::move(ends.sender), std::move(s)));
  });
}

TEST(Dropping, FuturesUnderWayLeaveNothingBehind) {
  expect_no_trace(
      [](auto s) { return std::move(s) | map(passes) | buffered(2) | collect<Tokens>(); });
  expect_no_trace(
      [](auto s) { return std::move(s) | map(passes) | buffer_unordered(3) | collect<Tokens>(); });
  expect_no_trace([](auto s) { return std::move(s) | for_each_concurrent(2, passes); });
  expect_no_trace([](auto s) {
    return merge(once(1) | filter_map([](int) { return std::optional<Token>(); }), std::move(s)) |
           map(passes) | buffered(4) | for_each([](const Token&) { return yield_now(); });
  });
  expect_no_trace([](auto s) {
    StreamGroup<AsyncStream<Token>> group;
    group.insert(passes_all(std::move(s)));
    return std::move(group) | collect<Tokens>();
  });
}

TEST(Dropping, AForwardIntoAFullChannelLeavesNothingBehind) {
  const test::DropCounter drops;
  for (int polls = 0; polls < 8; ++polls) {
    auto ends = local_channel<Token>(2);
    {
      auto moving = tokens(drops) | forward(std::move(ends.sender));
      test::Hand hand;
      for (int i = 0; i < polls; ++i) EXPECT_TRUE(moving.poll(hand.cx).is_pending());
    }
    test::Hand hand;
    while (hand.take(ends.receiver)) {
    }  // what was sent has arrived, and after it the end
    EXPECT_EQ(drops.live(), 0) << "after " << polls << " polls";
  }
}

}  // namespace drop_test
}  // namespace book

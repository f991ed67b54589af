// Every future of this chapter, and the next item of every stream, run through the contract of
// common/future.h. (Chapter 09)
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "05_async_await/simple_futures.h"
#include "09_streams/chain_zip.h"
#include "09_streams/chunks.h"
#include "09_streams/collect.h"
#include "09_streams/flatten.h"
#include "09_streams/forward.h"
#include "09_streams/fuse.h"
#include "09_streams/generator.h"
#include "09_streams/local_channel.h"
#include "09_streams/map_filter.h"
#include "09_streams/peekable.h"
#include "09_streams/sources.h"
#include "09_streams/take_skip.h"
#include "09_streams/then.h"
#include "09_streams/timing.h"
#include "09_streams/try_stream.h"
#include "script.h"
#include "support/contract.h"

namespace book {
namespace contract_test {

using namespace std::chrono_literals;
using test::Fail;
using test::script;
using test::Wait;

/// Puts `build(source)` through the contract: a future made of a stream that waits, gives 7, waits,
/// and ends.
template <class Build, class Check = test::detail::AnyOutput>
void expect_contract_of(Build build, test::ContractOptions options = {}, Check check = {},
                        const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  test::expect_contract(
      [&] {
        auto [stream, control] = script<int>({Wait{}, 7, Wait{}});
        return test::subject(build(std::move(stream)), [control = control] { control.open(); });
      },
      options, check, file, line);
}
template <class Build>
void expect_next_keeps_contract(Build build, const char* file = __builtin_FILE(),
                                int line = __builtin_LINE()) {
  expect_contract_of([&](auto stream) { return next(build(std::move(stream))); }, {},
                     test::detail::AnyOutput(), file, line);
}

constexpr auto same = [](int value) { return value; };
constexpr auto yes = [](int) { return true; };

TEST(StreamContract, OfTheStepsThatChangeItems) {
  expect_next_keeps_contract([](auto s) { return std::move(s) | map(same); });
  expect_next_keeps_contract([](auto s) { return std::move(s) | filter(yes); });
  expect_next_keeps_contract([](auto s) {
    return std::move(s) | filter_map([](int value) { return std::optional(value); });
  });
  expect_next_keeps_contract([](auto s) { return std::move(s) | inspect(yes); });
  expect_next_keeps_contract([](auto s) { return std::move(s) | enumerate(); });
  expect_next_keeps_contract([](auto s) {
    return std::move(s) | scan(0, [](int&, int value) { return std::optional(value); });
  });
  expect_next_keeps_contract(
      [](auto s) { return std::move(s) | then([](int value) { return ready(value); }); });
}

TEST(StreamContract, OfTheStepsThatChooseItems) {
  expect_next_keeps_contract([](auto s) { return std::move(s) | take(3); });
  expect_next_keeps_contract([](auto s) { return std::move(s) | take_while(yes); });
  expect_next_keeps_contract([](auto s) { return std::move(s) | skip(0); });
  expect_next_keeps_contract(
      [](auto s) { return std::move(s) | skip_while([](int) { return false; }); });
}

TEST(StreamContract, OfTheStepsThatPutStreamsTogether) {
  expect_next_keeps_contract([](auto s) { return std::move(s) | chain(iter({1})); });
  expect_next_keeps_contract([](auto s) { return empty<int>() | chain(std::move(s)); });
  expect_next_keeps_contract([](auto s) { return std::move(s) | zip(iter({1})); });
  expect_next_keeps_contract([](auto s) { return iter({1}) | zip(std::move(s)); });
  expect_next_keeps_contract([](auto s) { return once(std::move(s)) | flatten(); });
}

TEST(StreamContract, OfTheStepsThatKeepItems) {
  expect_next_keeps_contract([](auto s) { return std::move(s) | chunks(1); });
  expect_next_keeps_contract([](auto s) { return std::move(s) | ready_chunks(1); });
  expect_next_keeps_contract([](auto s) { return std::move(s) | peekable(); });
  expect_next_keeps_contract([](auto s) { return std::move(s) | fuse(); });
}

TEST(StreamContract, OfPeek) {
  expect_contract_of([](auto s) {
    auto stream = std::make_shared<streams::Peekable<decltype(s)>>(std::move(s));
    auto peek = std::make_unique<decltype(stream->peek())>(stream->peek());
    return poll_fn([stream, peek = std::move(peek)](Context& cx) { return peek->poll(cx); });
  });
}

TEST(StreamContract, OfTheEnds) {
  using Ints = std::vector<int>;
  auto plus = [](int a, int b) { return a + b; };
  expect_contract_of([](auto s) { return std::move(s) | collect<Ints>(); }, {.events = 2},
                     [](const Ints& all) { return all == Ints{7}; });
  expect_contract_of([&](auto s) { return std::move(s) | fold(1, plus); }, {.events = 2},
                     [](int sum) { return sum == 8; });
  expect_contract_of([&](auto s) { return std::move(s) | reduce(plus); }, {.events = 2},
                     [](std::optional<int> sum) { return sum == 7; });
  expect_contract_of([](auto s) { return std::move(s) | for_each([](int) {}); }, {.events = 2});
  expect_contract_of([](auto s) { return std::move(s) | for_each([](int) { return ready(); }); },
                     {.events = 2});
}

TEST(StreamContract, OfEndsThatFail) {
  test::expect_contract(
      [] {
        auto [stream, control] = script<int>({Wait{}, Fail{}});
        return test::subject(std::move(stream) | for_each([](int) {}),
                             [control = control] { control.open(); });
      },
      {.throws = true});
}

TEST(StreamContract, OfTryNext) {
  auto outcome = [](int value) {
    Outcome<int> good;
    good.set_value(value);
    return good;
  };
  expect_contract_of([&](auto s) { return try_next(std::move(s) | map(outcome)); }, {},
                     [](std::optional<int> value) { return value == 7; });
  expect_contract_of([&](auto s) { return std::move(s) | map(outcome) | try_for_each([](int) {}); },
                     {.events = 2});
}

TEST(StreamContract, OfACoroutine) {
  auto passes_on = [](test::Script<int> source) -> AsyncStream<int> {
    for (;;) {
      auto item = co_await next(source);
      if (!item) break;
      co_yield *item;
    }
  };
  // Its handle moves, but Next around it does not.
  expect_next_keeps_contract([&](auto s) { return passes_on(std::move(s)); });
}

TEST(StreamContract, OfUnfoldWithAFuture) {
  test::expect_contract([] {
    auto [stream, control] = script<int>({Wait{}, 7});
    auto shared = std::make_shared<test::Script<int>>(std::move(stream));
    auto step = [](std::shared_ptr<test::Script<int>>& source) { return next(*source); };
    return test::subject(next(unfold(shared, step)), [control = control] { control.open(); });
  });
}

TEST(StreamContract, OfThrottleAndTimeoutEach) {
  Reactor reactor(TimeMode::virtual_time);
  const Reactor::Scope scope(reactor);
  auto tick = [&] {
    if (!reactor.waiting().nothing()) reactor.wait();
  };
  auto untouched = [&] { return reactor.waiting().nothing(); };
  test::expect_contract(
      [&] {
        auto two = iter({1, 2}) | throttle(10ms);
        return test::subject(std::move(two) | collect<std::vector<int>>(), tick);
      },
      {.events = 2, .untouched = untouched});
  test::expect_contract(
      [&] {
        auto silent = once(1) | then([](int) { return never<int>(); });
        return test::subject(next(std::move(silent) | timeout_each(10ms)), tick);
      },
      {.untouched = untouched});
  expect_contract_of([&](auto s) { return next(std::move(s) | timeout_each(10ms)); },
                     {.untouched = untouched});
}

TEST(StreamContract, OfTheChannelsEnds) {
  test::expect_contract(
      [] {
        auto ends = local_channel<int>(1);
        auto sender = std::make_shared<std::optional<LocalSender<int>>>(std::move(ends.sender));
        return test::subject(next(std::move(ends.receiver)), [sender] {
          try {
            if (*sender) (*sender)->start_send(7);
          } catch (const ChannelClosed&) {  // the receiver was dropped before
          }
          sender->reset();
        });
      },
      {}, [](std::optional<int> item) { return item == 7; });
  test::expect_contract([] {
    auto ends = local_channel<int>(1);
    ends.sender.start_send(1);
    auto receiver = std::make_shared<LocalReceiver<int>>(std::move(ends.receiver));
    return test::subject(send(std::move(ends.sender), 2), [receiver] {
      test::Hand hand;
      (void)receiver->poll_next(hand.cx);
    });
  });
}

TEST(StreamContract, OfSinksThatAreReady) {
  auto channel = [] { return local_channel<int>(1); };
  test::expect_contract([&] { return test::subject(feed(channel().sender, 1)); },
                        {.ready_at_once = true, .throws = true});
  auto ends = std::make_shared<LocalChannelEnds<int>>(channel());
  test::expect_contract([&] { return test::subject(flush(ends->sender)); },
                        {.ready_at_once = true});
  test::expect_contract([&] { return test::subject(close(ends->sender)); },
                        {.ready_at_once = true});
}

TEST(StreamContract, OfSendAll) {
  struct World {
    LocalChannelEnds<int> ends = local_channel<int>(1);
  };
  std::vector<std::shared_ptr<World>> worlds;
  test::expect_contract([&] {
    auto world = worlds.emplace_back(std::make_shared<World>());
    return test::subject(send_all(world->ends.sender, iter({1, 2})), [world] {
      test::Hand hand;
      (void)world->ends.receiver.poll_next(hand.cx);
    });
  });
}

TEST(StreamContract, OfForward) {
  expect_contract_of(
      [](auto s) {
        auto ends = local_channel<int>(1);
        auto receiver = std::make_shared<LocalReceiver<int>>(std::move(ends.receiver));
        auto moving = std::make_unique<streams::Forward<decltype(s), LocalSender<int>>>(
            std::move(s), std::move(ends.sender));
        return poll_fn(
            [receiver, moving = std::move(moving)](Context& cx) { return moving->poll(cx); });
      },
      {.events = 2});
}

}  // namespace contract_test
}  // namespace book

// take_until and flatten_unordered. (Chapter 09)
#include "09_streams/take_until.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "04_io_executor/block_on.h"
#include "05_async_await/simple_futures.h"
#include "09_streams/collect.h"
#include "09_streams/flatten_unordered.h"
#include "09_streams/fuse.h"
#include "09_streams/map_filter.h"
#include "09_streams/sources.h"
#include "10_spawning/cancellation_token.h"
#include "script.h"
#include "support/contract.h"
#include "support/counting_waker.h"

namespace book {
namespace take_until_test {

using test::Fail;
using test::Hand;
using test::script;
using test::Wait;
using Ints = std::vector<int>;

TEST(TakeUntil, EndsWhenTheFutureIsReadyThoughTheSourceAlwaysIs) {
  const CancellationToken stop;
  auto numbers = repeat(1) | take_until(stop.cancelled());
  Hand hand;
  EXPECT_EQ(hand.take(numbers), 1);
  EXPECT_EQ(hand.take(numbers), 1);
  stop.cancel();
  EXPECT_EQ(hand.take(numbers), std::nullopt) << "The future is asked first.";
  EXPECT_EQ(hand.take(numbers), std::nullopt);
  EXPECT_TRUE(numbers.is_terminated());
}

TEST(TakeUntil, GivesNothingOfASourceWhenTheFutureWasReadyBefore) {
  auto [source, control] = script<int>({1});
  auto numbers = source | take_until(ready());
  Hand hand;
  EXPECT_EQ(hand.take(numbers), std::nullopt);
  EXPECT_EQ(control.state->polls, 0);
  EXPECT_EQ(hand.take(source), 1) << "The source was borrowed, and may be used on.";
}

TEST(TakeUntil, LeavesNoWakerBehindAtTheEndOfTheSource) {
  const CancellationToken stop;
  auto [source, control] = script<int>({Wait{}, 1});
  test::CountingWaker waker;
  Context cx(waker.waker());
  auto numbers = std::move(source) | take_until(stop.cancelled());
  EXPECT_TRUE(numbers.poll_next(cx).is_pending());
  EXPECT_EQ(waker.kept(), 2) << "One at the source, one at the token.";
  control.open();
  EXPECT_EQ(numbers.poll_next(cx).value(), 1);
  EXPECT_EQ(numbers.poll_next(cx).value(), std::nullopt);
  EXPECT_EQ(waker.kept(), 0);
}

TEST(TakeUntil, KeepsTheContract) {
  test::expect_contract([] {
    const CancellationToken stop;
    auto waits = script<int>({Wait{}});
    return test::subject(next(std::move(waits.stream) | take_until(stop.cancelled())),
                         [stop] { stop.cancel(); });
  });
}

TEST(FlattenUnordered, HasAtMostSoManyUnderWayAndAnEndFreesAPlace) {
  std::vector<test::Control<int>> controls;
  std::vector<test::Script<int>> scripts;
  for (int i = 0; i < 3; ++i) {
    auto made = script<int>({i, Wait{}, 10 + i});
    controls.push_back(made.control);
    scripts.push_back(std::move(made.stream));
  }
  auto all = iter(std::move(scripts)) | flatten_unordered(2);
  Hand hand;
  EXPECT_EQ(hand.take(all), 0);
  EXPECT_EQ(hand.take(all), 1);
  EXPECT_TRUE(hand.is_pending(all));
  EXPECT_EQ(controls[2].state->polls, 0) << "Two places, and both are taken.";
  controls[0].open();
  EXPECT_EQ(hand.take(all), 10);
  EXPECT_EQ(hand.take(all), 2) << "The first has ended: the third has its place.";
  EXPECT_EQ(all.size(), 2u);
  controls[1].open();
  controls[2].open();
  Ints rest;
  while (auto item = hand.take(all)) rest.push_back(*item);
  std::sort(rest.begin(), rest.end());
  EXPECT_EQ(rest, (Ints{11, 12}));
}

TEST(FlattenUnordered, PassesOverStreamsOfNothing) {
  std::vector<Ints> rows{{}, {1}, {}, {}, {2, 3}, {}};
  auto to_stream = [](Ints row) { return iter(std::move(row)); };
  Ints seen =
      block_on(iter(std::move(rows)) | map(to_stream) | flatten_unordered(1) | collect<Ints>());
  EXPECT_EQ(seen, (Ints{1, 2, 3}));
}

TEST(FlattenUnordered, GoesOnWithoutAStreamThatThrows) {
  auto bad = script<int>({Fail{}});
  auto good = script<int>({1, 2});
  std::vector<test::Script<int>> scripts;
  scripts.push_back(std::move(bad.stream));
  scripts.push_back(std::move(good.stream));
  auto all = iter(std::move(scripts)) | flatten_unordered(10);
  Hand hand;
  EXPECT_THROW((void)all.poll_next(hand.cx), std::runtime_error);
  EXPECT_EQ(hand.take(all), 1);
  EXPECT_EQ(hand.take(all), 2);
  EXPECT_EQ(hand.take(all), std::nullopt);
}

TEST(FlattenUnordered, IsWokenByTheSourceWhileAPlaceIsFree) {
  auto source = script<int>({Wait{}, 7});
  auto to_stream = [](int number) { return once(number); };
  auto first = std::move(source.stream) | map(to_stream) | flatten_unordered(3);
  test::CountingWaker waker;
  Context cx(waker.waker());
  EXPECT_TRUE(first.poll_next(cx).is_pending());
  source.control.open();
  EXPECT_EQ(waker.wakes(), 1);
  EXPECT_EQ(first.poll_next(cx).value(), 7);
}

TEST(FlattenUnordered, RefusesALimitOfNothing) {
  EXPECT_THROW((void)flatten_unordered(0), std::invalid_argument);
}

TEST(FlattenUnordered, KeepsTheContract) {
  test::expect_contract(
      [] {
        auto made = script<int>({Wait{}, 7});
        std::vector<test::Script<int>> scripts;
        scripts.push_back(std::move(made.stream));
        return test::subject(next(iter(std::move(scripts)) | flatten_unordered(2)),
                             [control = made.control] { control.open(); });
      },
      {}, [](const std::optional<int>& item) { return item == 7; });
}

}  // namespace take_until_test
}  // namespace book

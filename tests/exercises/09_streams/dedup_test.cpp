#include "exercise/dedup.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "09_streams/sources.h"
#include "support/counting_waker.h"

namespace book {
namespace {

using Ints = std::vector<int>;
using exercise::dedup;

/// Items that are all ready. Asked again and again after its end, it says so.
struct Given {
  using Item = int;
  Ints items;
  std::size_t next = 0;
  PollItem<int> poll_next(Context&) {
    if (next < items.size()) return PollItem<int>::ready(std::in_place, items[next++]);
    if (++next > items.size() + 50) {
      throw std::logic_error(
          "The source was asked 50 times after its end. Its end is an empty optional, and so is "
          "the item before "
          "the first: is one taken for the twin of the other? Look for the end first.");
    }
    return PollItem<int>::ready();
  }
};

/// What comes out of dedup when these go in, all of them ready.
Ints through_dedup(Ints items) {
  test::CountingWaker task;
  Context cx(task.waker());
  auto stream = Given{std::move(items)} | dedup();
  Ints given;
  for (;;) {
    PollItem<int> next = stream.poll_next(cx);
    if (next.is_pending() && task.wakes() > 0) {
      ADD_FAILURE() << "It said pending and woke itself: that works, and costs a poll for each "
                       "twin. Ask the source "
                       "again, in the same poll.";
      return given;
    }
    if (next.is_pending()) {
      ADD_FAILURE() << "It was pending, and the source was not: nobody has its waker, nobody will "
                       "ever wake it. A twin is no reason to wait: ask the source again.";
      return given;
    }
    if (!next.value()) return given;
    given.push_back(*next.value());
  }
}

TEST(Dedup, LeavesOutATwin) {
  EXPECT_EQ(through_dedup({1, 1, 2}), (Ints{1, 2}))
      << "1, 1, 2 went in. A second 1 came right behind the first: it should not come out.";
}

TEST(Dedup, LeavesOutAsManyAsThereAre) {
  EXPECT_EQ(through_dedup({1, 1, 1, 2}), (Ints{1, 2}))
      << "Three in a row, and one is to come out: how often do you ask the source in one poll?";
}

TEST(Dedup, ComparesWithTheItemBefore) {
  ASSERT_EQ(through_dedup({1, 2, 2}), (Ints{1, 2}))
      << "What do you compare with? With the item that came last, not with the very first.";
  EXPECT_EQ(through_dedup({1, 2, 1}), (Ints{1, 2, 1}))
      << "Only the item just before counts: the second 1 comes behind a 2.";
}

TEST(Dedup, KeepsACopyAndGivesTheItem) {
  const Waker waker = Waker::noop();
  Context cx(waker);
  const std::string text = "a text that is too long to lie inside the string itself";
  auto stream = iter(std::vector<std::string>{text, text}) | dedup();
  EXPECT_EQ(stream.poll_next(cx).value(), text)
      << "What came out is not what went in. You need the item twice, to give it and to compare "
         "the next one with: keep a copy. A moved-from item is an empty shell.";
  EXPECT_FALSE(stream.poll_next(cx).value().has_value()) << "The second text is a twin.";
}

TEST(Dedup, PassesAnEmptyStream) { EXPECT_EQ(through_dedup({}), Ints{}); }

/// 5, and then another 5 that comes later.
struct SlowTwin {
  using Item = int;
  Waker* waiter;
  int* step;
  PollItem<int> poll_next(Context& cx) {
    if (*step == 1) {
      cx.store(*waiter, "the second 5");
      return pending;
    }
    if (*step == 3) return PollItem<int>::ready();
    ++*step;
    return PollItem<int>::ready(std::in_place, 5);
  }
};

TEST(Dedup, WaitsWhenItsSourceWaits) {
  const Waker waker = Waker::noop();
  Context cx(waker);
  Waker waiter;
  int step = 0;
  auto stream = SlowTwin{&waiter, &step} | dedup();
  EXPECT_EQ(stream.poll_next(cx).value(), 5);
  EXPECT_TRUE(stream.poll_next(cx).is_pending()) << "Its source has nothing yet.";
  step = 2;
  EXPECT_FALSE(stream.poll_next(cx).value().has_value())
      << "The second 5 came late, and is a twin all the same. After it came the end.";
}

}  // namespace
}  // namespace book

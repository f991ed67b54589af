#include "common/stream.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "support/drop_counter.h"

namespace book {
namespace stream_test {

/// 1, 2, ... up to a limit; between two items it is pending once, and wakes itself.
class Counting {
 public:
  using Item = std::unique_ptr<int>;  // one that can only be moved
  explicit Counting(int limit) : limit_(limit) {}

  Poll<std::optional<Item>> poll_next(Context& cx) {
    if (next_ > limit_) {
      ended_ = true;
      return Poll<std::optional<Item>>::ready();
    }
    rested_ = !rested_;
    if (rested_) {
      cx.waker().wake_by_ref();
      return pending;
    }
    return Poll<std::optional<Item>>::ready(std::make_unique<int>(next_++));
  }
  bool is_terminated() const noexcept { return ended_; }

 private:
  int limit_;
  int next_ = 1;
  bool rested_ = false;
  bool ended_ = false;
};

/// Its items are optionals themselves.
struct Maybes {
  using Item = std::optional<int>;
  Poll<std::optional<Item>> poll_next(Context&) {
    return Poll<std::optional<Item>>::ready(std::in_place, std::nullopt);
  }
};

static_assert(Stream<Counting> && FusedStream<Counting&>);
static_assert(Stream<Maybes> && !FusedStream<Maybes>);
static_assert(!Stream<int>);
static_assert(Future<Next<Counting&>> && Future<SelectNextSome<Counting&>>);
static_assert(std::is_same_v<decltype(next(std::declval<Counting>())), Next<Counting>>);
static_assert(std::is_same_v<decltype(next(std::declval<Counting&>())), Next<Counting&>>);

class Streams : public ::testing::Test {
 protected:
  template <class F>
  OutputOf<F> run(F future) {
    for (;;) {
      Poll<OutputOf<F>> poll = future.poll(cx_);
      if (poll.is_ready()) return std::move(poll).value();
    }
  }
  Waker waker_ = Waker::noop();
  Context cx_{waker_};
};

TEST_F(Streams, NextGivesItemAfterItemAndThenNothing) {
  Counting stream(3);
  for (int i = 1; i <= 3; ++i) EXPECT_EQ(*run(next(stream)).value(), i);
  EXPECT_FALSE(run(next(stream)).has_value());
}

TEST_F(Streams, NextOwnsAStreamThatItIsGivenForGood) {
  EXPECT_EQ(*run(next(Counting(1))).value(), 1);
  EXPECT_FALSE(run(next(Counting(0))).has_value());
}

TEST_F(Streams, NextTellsAnEmptyItemFromTheEnd) {
  Maybes stream;
  const std::optional<std::optional<int>> item = run(next(stream));
  ASSERT_TRUE(item.has_value());
  EXPECT_FALSE(item->has_value());
}

TEST_F(Streams, NextIsAFutureLikeAnyOther) {
  Counting stream(1);
  auto item = next(stream);
  EXPECT_TRUE(item.poll(cx_).is_pending());
  EXPECT_THROW((void)Next<Counting&>(std::move(item)), std::logic_error);
  EXPECT_TRUE(item.poll(cx_).is_ready());
  EXPECT_THROW((void)item.poll(cx_), std::logic_error);
}

TEST_F(Streams, SelectNextSomeGivesTheItemItself) {
  Counting stream(2);
  EXPECT_EQ(*run(select_next_some(stream)), 1);
  EXPECT_EQ(*run(select_next_some(stream)), 2);
}

TEST_F(Streams, SelectNextSomeOfAStreamThatEndsIsPendingAndTerminated) {
  Counting stream(0);
  auto item = select_next_some(stream);
  EXPECT_FALSE(item.is_terminated());
  EXPECT_TRUE(item.poll(cx_).is_pending());
  EXPECT_TRUE(item.is_terminated());
  EXPECT_TRUE(item.poll(cx_).is_pending());
}

}  // namespace stream_test
}  // namespace book

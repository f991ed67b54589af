#include "common/future.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <type_traits>
#include <utility>

namespace book {
namespace future_test {

/// Ready at its third poll; throws at its first if it is told to.
class Third {
 public:
  using Output = int;
  explicit Third(bool broken = false) : broken_(broken) {}

  Poll<int> poll(Context&) {
    pin_.enter();
    if (broken_) throw std::runtime_error("broken");
    if (++polls_ < 3) return pin_.pending();
    return 3;
  }
  const PinGuard& pin() const { return pin_; }

 private:
  bool broken_;
  int polls_ = 0;
  PinGuard pin_;
};

struct NoOutput {
  Poll<int> poll(Context&) { return 1; }
};
struct WrongPoll {
  using Output = int;
  Poll<long> poll(Context&) { return 1L; }
};

static_assert(Future<Third>);
static_assert(Future<Third&>, "a borrowed future is one too");
static_assert(std::is_same_v<OutputOf<const Third&>, int>);
static_assert(!Future<NoOutput>);
static_assert(!Future<WrongPoll>);
static_assert(!Future<int>);
static_assert(std::is_move_constructible_v<Third> && !std::is_move_assignable_v<Third>);
static_assert(!std::is_copy_constructible_v<Third>);

class PinGuards : public ::testing::Test {
 protected:
  Waker waker_ = Waker::noop();
  Context cx_{waker_};
};

TEST_F(PinGuards, AFutureMovesUntilItsFirstPoll) {
  Third first;
  EXPECT_TRUE(first.pin().is_fresh());
  Third second(std::move(first));
  EXPECT_TRUE(second.poll(cx_).is_pending());
  EXPECT_FALSE(second.pin().is_fresh());
  EXPECT_THROW(Third third(std::move(second)), std::logic_error);
}

TEST_F(PinGuards, WhatAMoveLeavesBehindIsPolledNoMore) {
  Third first;
  Third second(std::move(first));
  EXPECT_THROW((void)first.poll(cx_), std::logic_error);
  EXPECT_FALSE(first.pin().was_polled()) << "a destructor has nothing to undo";
  EXPECT_FALSE(first.pin().is_fresh());
  EXPECT_FALSE(first.pin().is_finished());
  Third third(std::move(first));  // an empty shell may still be moved: with a container, say
  EXPECT_THROW((void)third.poll(cx_), std::logic_error) << "it stays an empty shell";
  EXPECT_TRUE(second.poll(cx_).is_pending()) << "the future itself knows nothing of all that";
}

TEST_F(PinGuards, AFutureThatHasFinishedIsPolledNoMore) {
  Third future;
  EXPECT_TRUE(future.poll(cx_).is_pending());
  EXPECT_TRUE(future.poll(cx_).is_pending());
  EXPECT_EQ(future.poll(cx_).value(), 3);
  EXPECT_TRUE(future.pin().is_finished());
  EXPECT_THROW((void)future.poll(cx_), std::logic_error);
  EXPECT_THROW(Third moved(std::move(future)), std::logic_error);
}

TEST_F(PinGuards, APollThatThrowsHasFinishedTheFuture) {
  Third future(true);
  EXPECT_THROW((void)future.poll(cx_), std::runtime_error);
  EXPECT_TRUE(future.pin().is_finished());
  EXPECT_THROW((void)future.poll(cx_), std::logic_error);
}

}  // namespace future_test
}  // namespace book

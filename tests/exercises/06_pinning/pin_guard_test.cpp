// Tests of the piece pin_guard: no move after the first poll, no poll after the end.
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <utility>

#include "common/future.h"

namespace book {
namespace {

/// What is thrown, or nothing.
template <class Action>
std::string thrown_by(Action action) {
  try {
    action();
  } catch (const std::logic_error& error) {
    return error.what();
  }
  return "";
}

TEST(PinGuard, RefusesAMoveAfterTheFirstPoll) {
  PinGuard pin;
  pin.enter();
  (void)pin.pending();
  EXPECT_NE(thrown_by([&] { const PinGuard moved(std::move(pin)); }), "")
      << "PinGuard: the future has been polled, so somewhere its address, or that of a part of it, "
      << "is kept; and it was moved all the same. Throw std::logic_error.";
}

TEST(PinGuard, AllowsAMoveBeforeTheFirstPoll) {
  PinGuard pin;
  PinGuard moved(std::move(pin));
  EXPECT_TRUE(moved.is_fresh());
  EXPECT_EQ(thrown_by([&] { moved.enter(); }), "");
}

TEST(PinGuard, WhatAMoveHasLeftBehindIsNotPolled) {
  PinGuard pin;
  const PinGuard moved(std::move(pin));
  EXPECT_FALSE(pin.is_fresh())
      << "PinGuard: after the move there are two futures that take themselves for new.";
  EXPECT_NE(thrown_by([&] { pin.enter(); }), "") << "PinGuard: its insides are in another by now.";
  EXPECT_FALSE(pin.was_polled()) << "PinGuard: there is nothing to undo in what was moved away.";
}

TEST(PinGuard, AFutureIsPolledAsOftenAsItIsPending) {
  PinGuard pin;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(thrown_by([&] { pin.enter(); }), "") << "PinGuard: poll " << i + 1 << " of a future "
                                                   << "that said pending each time.";
    (void)pin.pending();
    EXPECT_TRUE(pin.was_polled()) << "PinGuard: it waits, so there is something to undo.";
    EXPECT_FALSE(pin.is_finished());
  }
}

TEST(PinGuard, RefusesAPollAfterTheEnd) {
  PinGuard pin;
  pin.enter();  // and the poll gives a value, without a further word
  EXPECT_TRUE(pin.is_finished())
      << "PinGuard: a poll that has not said pending() has ended the future, by its value or by "
      << "an exception. So enter() takes it for finished, and pending() takes that back.";
  EXPECT_NE(thrown_by([&] { pin.enter(); }), "");
  EXPECT_NE(thrown_by([&] { const PinGuard moved(std::move(pin)); }), "");
}

class Throws : PinnedOncePolled {
 public:
  using Output = int;
  Poll<int> poll(Context&) {
    pin_.enter();
    throw std::runtime_error("no value today");
  }
};

TEST(PinGuard, APollThatThrowsHasEndedItsFuture) {
  Throws future;
  const Waker nobody;
  Context cx(nobody);
  EXPECT_THROW((void)future.poll(cx), std::runtime_error);
  EXPECT_THROW((void)future.poll(cx), std::logic_error);
}

}  // namespace
}  // namespace book

#include "exercise/by_hand.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "04_io_executor/block_on.h"

namespace book {
namespace {

using Diary = std::vector<std::string>;

/// Pending a number of times, then ready. Keeps a diary of its polls.
class Number {
 public:
  using Output = int;
  Number(const char* name, int pending_polls, int value, Diary& diary)
      : name_(name), pending_polls_(pending_polls), value_(value), diary_(&diary) {}
  Poll<int> poll(Context& cx) {
    if (pin_.is_finished()) diary_->push_back(std::string(name_) + " after its end");
    pin_.enter();
    const bool ready = pending_polls_-- == 0;
    diary_->push_back(std::string(name_) + (ready ? " ready" : " pending"));
    if (ready) return value_;
    cx.waits_for("its next turn");
    cx.waker().wake_by_ref();
    return pin_.pending();
  }

 private:
  const char* name_;
  int pending_polls_;
  int value_;
  Diary* diary_;
  PinGuard pin_;
};

TEST(DifferenceByHand, GivesTheDifferenceOfTwoReadyNumbers) {
  Diary diary;
  exercise::Difference future(Number("a", 0, 50, diary), Number("b", 0, 8, diary));
  EXPECT_EQ(block_on(std::move(future)), 42)
      << "Poll a. If it is ready, keep its value and poll b. If that is ready too, you have both.";
}

TEST(DifferenceByHand, PollsNothingBeforeItIsPolledItself) {
  Diary diary;
  exercise::Difference future(Number("a", 0, 1, diary), Number("b", 0, 1, diary));
  EXPECT_TRUE(diary.empty()) << "A future is inert: its constructor polls nobody.";
}

TEST(DifferenceByHand, WaitsForTheFirstAndOnlyThenAsksTheSecond) {
  Diary diary;
  exercise::Difference future(Number("a", 2, 50, diary), Number("b", 1, 8, diary));
  int result = 0;
  try {
    result = block_on(std::move(future));
  } catch (const Deadlock& deadlock) {
    FAIL() << "You returned pending, and nobody can wake you: which of your two futures knows your "
              "waker at that moment? When a is ready, go on to b in the same poll.\n"
           << deadlock.what();
  } catch (const std::logic_error&) {
    FAIL()
        << "A finished future was polled again. What tells you, at the next poll, that a is done?";
  }
  EXPECT_EQ(diary, (Diary{"a pending", "a pending", "a ready", "b pending", "b ready"}))
      << "co_await a; co_await b; asks b for the first time when a is ready, and never asks a "
         "again.";
  EXPECT_EQ(result, 42)
      << "The value of a has to live from one poll to the next: make it a member.";
}

}  // namespace
}  // namespace book

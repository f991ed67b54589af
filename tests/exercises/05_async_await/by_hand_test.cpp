#include "exercise/by_hand.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "04_io_executor/block_on.h"
#include "support/counting_waker.h"

namespace book {
namespace {

using Diary = std::vector<std::string>;

/// Pending a number of times, then ready. Keeps a diary of its polls.
class Number : PinnedOncePolled {
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
};

bool polled_after_its_end(const Diary& diary) {
  for (const std::string& line : diary) {
    if (line.ends_with("after its end")) return true;
  }
  return false;
}

TEST(DifferenceByHand, GivesTheDifferenceOfTwoReadyNumbers) {
  Diary diary;
  exercise::Difference future(Number("a", 0, 50, diary), Number("b", 0, 8, diary));
  try {
    EXPECT_EQ(block_on(std::move(future)), 42)
        << "Poll a. If it is ready, keep its value and poll b. If that is ready too, you\n"
           "have both: the first minus the second.";
  } catch (const Deadlock&) {
    FAIL() << "You returned pending, and nobody can wake you: both of your futures were ready.\n"
              "Poll a. If it is ready, keep its value and go on to b in the same poll.";
  }
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
    FAIL() << "You returned pending, and nobody can wake you: which of your two futures\n"
              "knows your waker at that moment? When a is ready, go on to b in the same poll.\n"
           << deadlock.what();
  } catch (const std::logic_error& error) {
    if (polled_after_its_end(diary)) {
      FAIL() << "One of your two futures was polled again after its end. What tells you, at\n"
                "the next poll, that a is done?";
    }
    FAIL() << "Your poll threw: " << error.what() << ".\n"
           << "Ask is_pending() before you take a value(), and where you have to wait return\n"
              "pin_.pending(): a plain `pending` does not tell pin_ that there is a next time.";
  }
  EXPECT_EQ(diary, (Diary{"a pending", "a pending", "a ready", "b pending", "b ready"}))
      << "co_await a; co_await b; asks b for the first time when a is ready, and never asks\n"
         "a again.";
  EXPECT_EQ(result, 42)
      << "The value of a has to live from one poll to the next: make it a member.";
}

TEST(DifferenceByHand, StandsStillWhereTheCoroutineDoes) {
  Diary diary;
  exercise::Difference future(Number("a", 2, 50, diary), Number("b", 1, 8, diary));
  const test::CountingWaker waker;
  Context cx(waker.waker());
  ASSERT_TRUE(future.poll(cx).is_pending() && diary.size() == 1)
      << "a was pending, and you asked on. A poll never waits: pass the pending on. You\n"
         "are polled again when a has news.";
  ASSERT_TRUE(future.poll(cx).is_pending());
  ASSERT_TRUE(future.poll(cx).is_pending());
  EXPECT_EQ(diary, (Diary{"a pending", "a pending", "a ready", "b pending"}))
      << "The third poll finds a ready. The coroutine goes on from there to its next\n"
         "co_await, and asks b in the same poll. You came back for one poll more.";
}

}  // namespace
}  // namespace book

// Tests of exercise 3: a future that points into itself, twice.
#include "exercise/two_letters.h"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "06_pinning/pin_box.h"
#include "support/contract.h"
#include "support/counting_waker.h"

namespace book {
namespace {

using story::Letterbox;

class TwoLettersTest : public testing::Test {
 protected:
  /// The text; "pending"; or what was thrown.
  std::string poll(TwoLetters& future) {
    Context cx(task.waker());
    try {
      // NOLINTNEXTLINE(clang-analyzer-cplusplus.Move): also after a refused move
      Poll<std::string> answer = future.poll(cx);
      return answer.is_ready() ? answer.value() : "pending";
    } catch (const std::logic_error& error) {
      return error.what();
    }
  }
  Letterbox left;
  Letterbox right;
  test::CountingWaker task;
};

TEST_F(TwoLettersTest, WaitsForBothAtOnce) {
  TwoLetters future("Dear ", left, right);
  ASSERT_EQ(poll(future), "pending") << "Neither letter is there.";
  ASSERT_GT(task.kept(), 0)
      << "Pending. Neither letterbox has a waker of yours: poll has to make the "
         "two FillBuffers, and to poll them.";
  EXPECT_EQ(task.kept(), 2) << "Both letters are waited for at once: poll both children, whatever "
                               "the first one says.";
}

TEST_F(TwoLettersTest, GivesBoth) {
  TwoLetters future("Dear ", left, right);
  ASSERT_EQ(poll(future), "pending");
  left.deliver("Ada");
  right.deliver("Grace");
  EXPECT_EQ(poll(future), "Dear Ada and Grace")
      << "Each child writes into a buffer of its own, and says how many characters it wrote: so "
         "many are the "
         "letter, and no more. (\"polled after it had finished\"? Where you have to wait, return "
         "pin_.pending().)";
}

TEST_F(TwoLettersTest, TakesSixteenCharactersOfEach) {
  TwoLetters future("Dear ", left, right);
  ASSERT_EQ(poll(future), "pending");
  left.deliver("Ada, Countess of Lovelace");
  right.deliver("Grace, Rear Admiral");
  EXPECT_EQ(poll(future), "Dear Ada, Countess of and Grace, Rear Admi")
      << "Two long letters. Each buffer has room for 16 characters, and FillBuffer gives how many "
         "it has written: no zero ends them.";
}

TEST_F(TwoLettersTest, TakesThemInEitherOrder) {
  TwoLetters future("Dear ", left, right);
  ASSERT_EQ(poll(future), "pending");
  right.deliver("Grace");
  ASSERT_EQ(poll(future), "pending") << "One letter is there, the other is not.";
  EXPECT_EQ(poll(future), "pending")
      << "One child is done, and poll asked it once more. One that is "
         "done is not asked again: keep its size.";
  left.deliver("Ada");
  EXPECT_EQ(poll(future), "Dear Ada and Grace");
}

TEST_F(TwoLettersTest, CanBeMovedBeforeItsFirstPoll) {
  TwoLetters born("Dear ", left, right);
  TwoLetters future(std::move(born));  // `born` stays alive: whoever writes there does no harm
  ASSERT_EQ(poll(future), "pending");
  left.deliver("Ada");
  right.deliver("Grace");
  EXPECT_EQ(poll(future), "Dear Ada and Grace")
      << "The future was moved before its first poll, which is allowed, and its children point to "
         "where it was born. Make them when it cannot move any more.";
}

TEST_F(TwoLettersTest, RefusesToBeMovedAfterItAndStaysWhole) {
  if (testing::UnitTest::GetInstance()->failed_test_count() > 0)
    GTEST_SKIP() << "The tests before this one come first.";
  TwoLetters future("A greeting that does not fit into the string itself, ", left, right);
  ASSERT_EQ(poll(future), "pending");
  EXPECT_THROW(TwoLetters elsewhere(std::move(future)), std::logic_error)
      << "The future was polled, so its children point into it, and it was moved. A PinGuard sees "
         "to that.";
  left.deliver("Ada");
  right.deliver("Grace");
  EXPECT_EQ(poll(future), "A greeting that does not fit into the string itself, Ada and Grace")
      << "The move was refused, and some of it had left already. Members move in the order in "
         "which they are declared: who has to be asked first?";
}

TEST_F(TwoLettersTest, GoesWithItsBox) {
  PinBox<TwoLetters> box = pin_box(TwoLetters("Dear ", left, right));
  ASSERT_EQ(poll(box.get_unchecked_mut(unsafe)), "pending");
  PinBox<TwoLetters> other = std::move(box);
  left.deliver("Ada");
  right.deliver("Grace");
  EXPECT_EQ(poll(other.get_unchecked_mut(unsafe)), "Dear Ada and Grace");
}

TEST_F(TwoLettersTest, LeavesNothingBehindWhenItIsDropped) {
  {
    TwoLetters future("Dear ", left, right);
    ASSERT_EQ(poll(future), "pending");
  }
  EXPECT_EQ(task.kept(), 0) << "It was destroyed, and a letterbox still has its waker.";
}

TEST_F(TwoLettersTest, KeepsTheContract) {
  if (testing::UnitTest::GetInstance()->failed_test_count() > 0)
    GTEST_SKIP() << "The tests before this one come first.";
  test::expect_contract(
      [] {
        auto boxes = std::make_shared<std::pair<Letterbox, Letterbox>>();
        return test::subject(TwoLetters("Dear ", boxes->first, boxes->second), [boxes] {
          boxes->first.deliver("Ada");
          boxes->second.deliver("Grace");
        });
      },
      {}, [](const std::string& text) { return text == "Dear Ada and Grace"; });
}

}  // namespace
}  // namespace book

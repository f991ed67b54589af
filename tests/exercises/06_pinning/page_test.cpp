// Tests of exercise 1: a page whose cursor points into it. Every page stays alive to the end of its
// test, so that a cursor in the wrong page is a wrong answer and nothing worse.
#include "exercise/page.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace book {
namespace {

/// Where the cursor stands, or what is wrong with it.
std::string cursor_of(const Page& page) {
  try {
    return std::to_string(page.position());
  } catch (const std::logic_error& error) {
    return error.what();
  }
}

Page& hello(Page& page) {
  page.type("hello");
  page.back(2);
  return page;
}

TEST(Page, IsWrittenAtItsCursor) {
  Page page;
  page.type("hello");
  page.back(2);
  page.type("p!");
  EXPECT_EQ(page.text(), "help!");
  EXPECT_EQ(cursor_of(page), "5");
}

TEST(Page, TakesItsCursorAlongWhenItIsMoved) {
  Page first;
  const Page second(std::move(hello(first)));
  EXPECT_EQ(second.text(), "hello")
      << "All letters come along, those behind the cursor too, and so does how many there are.";
  if (cursor_of(second) == "the cursor points into another page") {
    FAIL()
        << "The page was moved, and its cursor points into the page it came from. A pointer into "
           "an object does not move with it: make a new one, from the position.";
  }
  EXPECT_EQ(cursor_of(second), "3") << "The cursor of the old page stood after the third letter, "
                                       "and so does that of the new one.";
}

TEST(Page, GoesOnWhereItWas) {
  Page first;
  Page second(std::move(hello(first)));
  if (cursor_of(second) != "3") GTEST_SKIP() << "The test before this one comes first.";
  second.type("p!");
  EXPECT_EQ(second.text(), "help!");
}

TEST(Page, IsMovedByAssignmentToo) {
  Page first;
  Page second;
  second.type("something that will be gone");
  second = std::move(hello(first));
  EXPECT_EQ(second.text(), "hello");
  EXPECT_EQ(cursor_of(second), "3")
      << "The page was assigned. The constructor is not the only way in which a page moves.";
}

TEST(Page, LeavesAnEmptyPageBehind) {
  Page first;
  const Page second(std::move(hello(first)));
  // NOLINTBEGIN(bugprone-use-after-move,clang-analyzer-cplusplus.Move): that is what is tested
  EXPECT_EQ(first.text(), "") << "A page that was moved from must be empty.";
  EXPECT_EQ(cursor_of(first), "0") << "A page that was moved from has its cursor at the beginning.";
  // NOLINTEND(bugprone-use-after-move,clang-analyzer-cplusplus.Move)
}

TEST(Page, SurvivesAMoveToItself) {
  Page page;
  Page& same = hello(page);
  page = std::move(same);
  EXPECT_EQ(page.text(), "hello")
      << "A page was moved to itself, and its text is gone: what you take from the other one, you "
         "take from yourself then. Look first whether they are the same.";
  EXPECT_EQ(cursor_of(page), "3") << "A page was moved to itself, and its cursor has moved.";
}

TEST(Page, CanBeSwapped) {
  Page first;
  Page second;
  second.type("bye");
  std::swap(hello(first), second);
  EXPECT_EQ(first.text(), "bye");
  EXPECT_EQ(second.text(), "hello");
  EXPECT_EQ(cursor_of(first), "3");
  EXPECT_EQ(cursor_of(second), "3");
}

}  // namespace
}  // namespace book

#include "exercise/two_lanes.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace book {
namespace {

/// Upper-case letters are urgent.
void push_all(TwoLanes<char>& queue, const std::string& items) {
  for (char item : items) {
    queue.push(item, item >= 'A' && item <= 'Z' ? Lane::urgent : Lane::ordinary);
  }
}

std::string pop_all(TwoLanes<char>& queue, std::size_t at_most = 100) {
  std::string popped;
  while (!queue.empty() && popped.size() < at_most) popped += queue.pop();
  return popped;
}

TEST(TwoLanesTest, KeepsWhatIsPushed) {
  TwoLanes<char> queue(3);
  EXPECT_TRUE(queue.empty());
  queue.push('a', Lane::ordinary);
  ASSERT_FALSE(queue.empty())
      << "Something was pushed, and the queue is empty: a task that is lost like\n"
         "this never runs. Begin with push.";
  EXPECT_EQ(queue.pop(), 'a');
  ASSERT_TRUE(queue.empty()) << "pop must take it out, or its task runs twice";
}

TEST(TwoLanesTest, EachLaneIsFirstInFirstOut) {
  TwoLanes<char> queue(100);
  push_all(queue, "abc");
  EXPECT_EQ(pop_all(queue), "abc") << "Each lane is a queue: what came first goes first.";
  push_all(queue, "ABC");
  EXPECT_EQ(pop_all(queue), "ABC") << "Each lane is a queue: what came first goes first.";
}

TEST(TwoLanesTest, UrgentOnesGoFirst) {
  TwoLanes<char> queue(100);
  push_all(queue, "abcXYZ");
  EXPECT_EQ(pop_all(queue), "XYZabc")
      << "Three urgent ones waited, and the limit is far away: they go before all ordinary\n"
         "ones, whoever came first.";
}

TEST(TwoLanesTest, NoMoreThanSoManyUrgentOnesInARow) {
  TwoLanes<char> queue(3);
  push_all(queue, "abcABCDEFGH");
  EXPECT_EQ(pop_all(queue), "ABCaDEFbGHc")
      << "With urgent_in_a_row = 3, every fourth turn belongs to an ordinary one, as long\n"
         "as one waits. Or else it may wait forever.";
}

TEST(TwoLanesTest, NobodyStarvesWhileUrgentOnesKeepComing) {
  TwoLanes<char> queue(3);
  queue.push('o', Lane::ordinary);
  std::string popped;
  for (int turn = 0; turn < 20; ++turn) {
    queue.push('U', Lane::urgent);
    queue.push('U', Lane::urgent);
    popped += queue.pop();
  }
  EXPECT_EQ(popped.find('o'), 3u)
      << "An urgent task that wakes itself is always there. The ordinary one must have\n"
         "its turn all the same, after three of them. Popped: "
      << popped;
}

TEST(TwoLanesTest, OrdinaryOnesThatComeDoNotBeginTheCountAnew) {
  TwoLanes<char> queue(3);
  queue.push('o', Lane::ordinary);
  std::string popped;
  for (int turn = 0; turn < 12; ++turn) {
    queue.push('U', Lane::urgent);
    queue.push('p', Lane::ordinary);
    popped += queue.pop();
  }
  EXPECT_EQ(popped.find('o'), 3u)
      << "At each turn an ordinary one came, and behind it the first one waited forever. The\n"
         "count begins anew when an ordinary one has its turn, not when one comes. Popped: "
      << popped;
}

TEST(TwoLanesTest, AnUrgentOneThatPassesNobodyDoesNotCount) {
  TwoLanes<char> queue(3);
  push_all(queue, "ABCDE");
  EXPECT_EQ(pop_all(queue), "ABCDE");
  push_all(queue, "aVWXYZ");
  EXPECT_EQ(pop_all(queue), "VWXaYZ")
      << "Before the ordinary one came, five urgent ones were served and nobody waited for\n"
         "them. They passed nobody, so they do not count: three more may go first.";
}

TEST(TwoLanesTest, AnOrdinaryOneBeginsTheCountAnew) {
  TwoLanes<char> queue(2);
  push_all(queue, "abAB");
  EXPECT_EQ(pop_all(queue, 3), "ABa");
  push_all(queue, "CD");
  EXPECT_EQ(pop_all(queue), "CDb") << "'a' has had its turn: two urgent ones may pass 'b'";
}

TEST(TwoLanesTest, HoldsWhatCanOnlyBeMoved) {
  TwoLanes<std::unique_ptr<int>> queue(1);
  queue.push(std::make_unique<int>(7), Lane::urgent);
  const std::unique_ptr<int> popped = queue.pop();
  ASSERT_TRUE(popped) << "what was pushed must come out again";
  EXPECT_EQ(*popped, 7);
}

}  // namespace
}  // namespace book

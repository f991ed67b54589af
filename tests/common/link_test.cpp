#include "common/link.h"

#include <gtest/gtest.h>

#include <optional>
#include <type_traits>
#include <vector>

namespace book {
namespace link_test {

struct Node : Link {
  explicit Node(int number) : name(number) {}
  int name;
};

/// Takes everything out, from the front.
std::vector<int> emptied(LinkedList& list) {
  std::vector<int> names;
  while (!list.empty()) {
    Node& node = list.front<Node>();
    node.unlink();
    names.push_back(node.name);
  }
  return names;
}
using Names = std::vector<int>;

static_assert(!std::is_copy_constructible_v<Link> && !std::is_move_constructible_v<LinkedList>,
              "neighbours point to it");

TEST(LinkedList, GivesItsNodesInTheOrderTheyCame) {
  LinkedList list;
  EXPECT_TRUE(list.empty());
  Node a(1), b(2), c(3);
  for (Node* node : {&a, &b, &c}) list.push_back(*node);
  EXPECT_FALSE(list.empty());
  EXPECT_EQ(&list.back(), &c);
  EXPECT_EQ(emptied(list), (Names{1, 2, 3}));
  EXPECT_TRUE(list.empty());
}

TEST(LinkedList, LetsANodeLeaveFromAnyPlace) {
  for (int leaves = 1; leaves <= 3; ++leaves) {
    LinkedList list;
    Node a(1), b(2), c(3);
    for (Node* node : {&a, &b, &c}) list.push_back(*node);
    for (Node* node : {&a, &b, &c}) {
      if (node->name == leaves) node->unlink();
    }
    Names rest{1, 2, 3};
    rest.erase(rest.begin() + leaves - 1);
    EXPECT_EQ(emptied(list), rest);
  }
}

TEST(LinkedList, LeavesANodeCleanSoThatItCanComeAgain) {
  LinkedList one, two;
  Node a(1);
  EXPECT_FALSE(a.is_linked());
  a.unlink();  // from nowhere: does nothing
  one.push_back(a);
  EXPECT_TRUE(a.is_linked());
  a.unlink();
  EXPECT_FALSE(a.is_linked());
  a.unlink();  // once more: its old neighbours are left alone
  EXPECT_TRUE(one.empty());
  two.push_back(a);
  EXPECT_EQ(emptied(two), (Names{1}));
  EXPECT_TRUE(one.empty());
}

TEST(LinkedList, AppendsAnotherListAndLeavesItEmpty) {
  for (const int first : {0, 1, 3}) {
    for (const int second : {0, 1, 3}) {
      LinkedList list, other;
      std::vector<std::optional<Node>> nodes(6);
      Names expected;
      for (int i = 0; i < first; ++i) list.push_back(nodes[static_cast<std::size_t>(i)].emplace(i));
      for (int i = 3; i < 3 + second; ++i) {
        other.push_back(nodes[static_cast<std::size_t>(i)].emplace(i));
      }
      for (const auto& node : nodes) {
        if (node) expected.push_back(node->name);
      }
      list.append(other);
      EXPECT_TRUE(other.empty());
      Node last(9);
      other.push_back(last);  // it is as good as new
      EXPECT_EQ(emptied(list), expected);
      EXPECT_EQ(emptied(other), (Names{9}));
    }
  }
}

TEST(LinkedList, WhatAMovedNodeLeavesIsTheListItIsInNow) {
  LinkedList list, other;
  Node a(1), b(2);
  other.push_back(a);
  other.push_back(b);
  list.append(other);
  a.unlink();
  EXPECT_EQ(emptied(list), (Names{2}));
  EXPECT_TRUE(other.empty());
}

TEST(LinkedList, LetsItsNodesGoWhenItEnds) {
  Node a(1), b(2);
  {
    LinkedList list;
    list.push_back(a);
    list.push_back(b);
  }
  EXPECT_FALSE(a.is_linked());
  EXPECT_FALSE(b.is_linked());
}

}  // namespace link_test
}  // namespace book

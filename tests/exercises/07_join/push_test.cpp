// Tests of the piece push: a woken child goes into the set, once, and the parent is told, once.
#include <gtest/gtest.h>

#include <span>
#include <thread>
#include <vector>

#include "07_join/woken_set.h"
#include "common/arc.h"
#include "support/hand.h"

namespace book::detail {
namespace {

using test::Hand;

struct Place : WokenSet::Child {
  int number = 0;
};

class Push : public testing::Test {
 protected:
  Push() {
    for (int i = 0; i < 4; ++i) places_[static_cast<std::size_t>(i)].number = i;
    parent_waits();
  }
  /// The parent has polled whoever had news, and waits.
  void parent_waits() {
    Context cx(parent_.waker.waker());
    set_->wait_for_more(cx, "its children", 4);
  }
  /// What the parent's next poll finds.
  std::vector<int> woken() {
    std::vector<int> numbers;
    set_->start_poll();
    while (WokenSet::Child* child = set_->next()) {
      numbers.push_back(static_cast<Place*>(child)->number);
      if (numbers.size() > 10)
        throw std::logic_error(
            "WokenSet::wake: the stack runs in a circle, for a child was pushed that was on it "
            "already");
    }
    return numbers;
  }
  Hand parent_;
  Arc<WokenSet> set_ = make_arc<WokenSet>();
  std::span<Place> places_ = set_->add<Place>(4);
};

TEST_F(Push, AWokenChildIsInTheSet) {
  set_->wake(places_[2]);
  EXPECT_EQ(woken(), std::vector<int>{2})
      << "WokenSet::wake: child 2 was woken, and the parent's poll does not find it.";
}

TEST_F(Push, TheParentIsWokenOnceForManyChildren) {
  set_->wake(places_[1]);
  ASSERT_EQ(parent_.wakes(), 1) << "WokenSet::wake: the stack was empty, and the parent sleeps on.";
  set_->wake(places_[3]);
  EXPECT_EQ(parent_.wakes(), 1)
      << "WokenSet::wake: there was a child on the stack, so the parent knows already.";
  EXPECT_EQ(woken(), (std::vector<int>{1, 3})) << "In the order of their wakes.";
}

TEST_F(Push, AChildThatIsWokenTwiceIsInTheSetOnce) {
  for (int i = 0; i < 3; ++i) set_->wake(places_[0]);
  EXPECT_EQ(woken(), std::vector<int>{0})
      << "WokenSet::wake: three wakes before the parent looked are one piece of news.";
  set_->wake(places_[0]);
  EXPECT_EQ(woken(), std::vector<int>{0}) << "WokenSet::wake: taken out, it can be woken anew.";
}

TEST_F(Push, TheParentFindsTheChildWhenItIsWoken) {
  std::vector<int> found{-1};
  Hand eager;  // as a parent on another thread, which is polled at once
  eager.waker.on_wake([&] { found = woken(); });
  Context cx(eager.waker.waker());
  set_->wait_for_more(cx, "its children", 4);
  set_->wake(places_[3]);
  EXPECT_EQ(found, std::vector<int>{3})
      << "WokenSet::wake: the parent was woken, looked at once, and found nothing: it sleeps "
         "again, "
      << "and this child is never polled. First the push, then the wake.";
}

TEST_F(Push, ThreadsPushAtTheSameTime) {
  constexpr int kThreads = 4, kEach = 500;
  const std::span<Place> many = set_->add<Place>(kThreads * kEach);
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, first = many.begin() + t * kEach] {
        for (auto it = first; it != first + kEach; ++it) set_->wake(*it);
      });
    }
  }
  std::size_t found = 0;
  set_->start_poll();
  while (set_->next() && found <= many.size()) ++found;
  EXPECT_EQ(found, many.size()) << "WokenSet::wake: two threads pushed at once, and one of the two "
                                << "children is gone. compare_exchange_weak, and again.";
}

}  // namespace
}  // namespace book::detail

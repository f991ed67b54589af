#include "exercise/latch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "common/future.h"
#include "explorer/expect.h"
#include "explorer/subjects/parked.h"
#include "support/hand.h"

namespace book {
namespace {

using exercise::Latch;
using explorer::check;
using explorer::expect_every_schedule;
using explorer::Explore;
using test::Hand;

// ---- by hand, one thread ----------------------------------------------------

TEST(Latch, OpensAtTheLastCount) {
  Latch latch(2);
  const Hand hand;
  auto wait = latch.wait();
  ASSERT_FALSE(hand.is_ready(wait))
      << "A latch of two, nothing has been counted, and wait() lets everybody through. It has to "
         "wait for what Notify tells.";
  latch.count_down();
  ASSERT_FALSE(latch.is_open());
  EXPECT_EQ(hand.wakes(), 0) << "One of two: that is no news for who waits.";
  latch.count_down();
  ASSERT_TRUE(latch.is_open()) << "It was counted down to zero, and is not open.";
  EXPECT_EQ(hand.wakes(), 1) << "It was counted down to zero, and the one who waits sleeps on.";
  EXPECT_TRUE(hand.is_ready(wait));
}

TEST(Latch, LetsEverybodyThrough) {
  Latch latch(1);
  const std::array<Hand, 3> hands;
  std::array<Async<>, 3> waits{latch.wait(), latch.wait(), latch.wait()};
  for (std::size_t i = 0; i < 3; ++i) EXPECT_FALSE(hands[i].is_ready(waits[i]));
  latch.count_down();
  std::array<bool, 3> through{};
  for (int round = 0; round < 3; ++round) {  // one of them may wake another
    for (std::size_t i = 0; i < 3; ++i) {
      const bool woken = !through[i] && hands[i].wakes() > 0;
      if (woken) through[i] = hands[i].is_ready(waits[i]);
    }
  }
  EXPECT_EQ(std::count(through.begin(), through.end(), true), 3)
      << "Three wait, the latch opens, and not all of them go on. It opens for all: notify_all, "
         "not "
         "notify_one.";
}

TEST(Latch, IsOpenForWhoComesLate) {
  Latch latch(1);
  latch.count_down();
  const Hand hand;
  auto late = latch.wait();
  EXPECT_TRUE(hand.is_ready(late))
      << "The latch is open, and wait() waits. Who comes late was not there when it was told: it "
         "has to look at the count, too.";
}

TEST(Latch, StaysOpenWhenItIsCountedBelowZero) {
  Latch latch(1);
  latch.count_down();
  latch.count_down();
  EXPECT_TRUE(latch.is_open())
      << "It was open, somebody counted once more, and now it is closed again: below zero is not "
         "zero.";
  const Hand hand;
  auto late = latch.wait();
  EXPECT_TRUE(hand.is_ready(late)) << "An open latch stays open.";
}

// ---- under every schedule -----------------------------------------------------

/// What the threads of a scenario share.
struct Shared {
  explicit Shared(int count) : latch(count) {}
  Latch latch;
  explorer::Parker waiters[2];
  int done[2] = {0, 0};  // plain: who comes through the latch may read it

  void count(int who) {
    done[who] = 1;
    latch.count_down();
  }
  void wait(int who) {
    Async<> waiting = latch.wait();
    (void)explorer::wait_for(waiters[who], [&](Context& cx) { return waiting.poll(cx); });
  }
};

TEST(Latch, ForgetsNobodyWhoComesWhileItOpens) {
  expect_every_schedule("one waits, one counts", [](Explore& e) {
    auto& s = e.make<Shared>(1);
    e.name(s.latch, "latch");
    e.thread("waiter", [&s] {
      s.wait(0);
      check(s.done[0] == 1, "it came through before the count");
    });
    e.thread("counter", [&s] { s.count(0); });
  });
}

TEST(Latch, ShowsWhatWasDoneBeforeItWasCounted) {
  expect_every_schedule("two count, and one waits", [](Explore& e) {
    auto& s = e.make<Shared>(2);
    e.name(s.latch, "latch");
    for (const int who : {0, 1})
      e.thread(who ? "counter 2" : "counter 1", [&s, who] { s.count(who); });
    e.thread("waiter", [&s] {
      s.wait(0);
      check(s.done[0] == 1 && s.done[1] == 1, "it came through before both had counted");
    });
  });
}

TEST(Latch, StaysOpenWhenTwoCountAtTheSameTime) {
  expect_every_schedule("two count a latch of one, and one waits", [](Explore& e) {
    auto& s = e.make<Shared>(1);
    e.name(s.latch, "latch");
    e.thread("counter 1", [&s] { s.latch.count_down(); });
    e.thread("counter 2", [&s] { s.latch.count_down(); });
    e.thread("waiter", [&s] { s.wait(0); });
    e.finally([&s] { check(s.latch.is_open(), "one count too many has closed it again"); });
  });
}

}  // namespace
}  // namespace book

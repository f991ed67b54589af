// Notify: what is kept, who is told, and what a round is. (Chapter 12)
#include "12_sync/notify.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "05_async_await/yield_now.h"
#include "10_spawning/spawn.h"
#include "deadlock_of.h"
#include "support/async_test.h"
#include "support/hand.h"

namespace book {
namespace notify_test {

using test::deadlock_of;
using test::Hand;
using test::says;

static_assert(sizeof(Notified) <= 56, "a task that waits is to take no more");

TEST(Notify, OneIsKeptForTheNextThatComes) {
  Notify notify;
  const Hand hand;
  notify.notify_one();
  notify.notify_one();
  auto first = notify.notified(), second = notify.notified();
  EXPECT_TRUE(hand.is_ready(first));
  EXPECT_TRUE(hand.is_pending(second)) << "one is kept, however many there were";
  EXPECT_EQ(hand.waker.clones(), 1) << "the one that was ready at once clones nothing";
}

TEST(Notify, OneWakesTheTaskThatWaitsLongest) {
  Notify notify;
  const Hand a, b;
  auto first = notify.notified(), second = notify.notified();
  EXPECT_TRUE(a.is_pending(first));
  EXPECT_TRUE(b.is_pending(second));
  notify.notify_one();
  EXPECT_EQ(a.wakes(), 1);
  EXPECT_EQ(b.wakes(), 0);
  EXPECT_TRUE(b.is_pending(second));
  EXPECT_TRUE(a.is_ready(first));
  notify.notify_one();
  EXPECT_TRUE(b.is_ready(second));
}

TEST(Notify, LastWakesTheTaskThatCameLast) {
  Notify notify;
  const Hand a, b, c;
  auto first = notify.notified(), second = notify.notified();
  EXPECT_TRUE(a.is_pending(first));
  EXPECT_TRUE(b.is_pending(second));
  notify.notify_last();
  EXPECT_EQ(a.wakes(), 0);
  EXPECT_EQ(b.wakes(), 1);
  notify.notify_last();
  EXPECT_EQ(a.wakes(), 1);
  notify.notify_last();  // nobody waits any more: kept
  auto third = notify.notified();
  EXPECT_TRUE(c.is_ready(third));
}

TEST(Notify, AllWakesThoseWhoWaitAndIsNotKept) {
  Notify notify;
  const Hand a, b, late;
  auto first = notify.notified(), second = notify.notified();
  EXPECT_TRUE(a.is_pending(first));
  EXPECT_TRUE(b.is_pending(second));
  notify.notify_all();
  auto third = notify.notified();
  EXPECT_TRUE(late.is_pending(third));
  EXPECT_TRUE(a.is_ready(first));
  EXPECT_TRUE(b.is_ready(second));
  EXPECT_EQ(late.wakes(), 0);
}

TEST(Notify, AllReachesWhatWasMadeBeforeAndIsPolledAfter) {
  Notify notify;
  const Hand hand;
  auto made_before = notify.notified();
  notify.notify_all();
  EXPECT_TRUE(hand.is_ready(made_before));
}

TEST(Notify, AllTakesNothingOfWhatIsKept) {
  Notify notify;
  const Hand hand;
  auto made_before = notify.notified();
  notify.notify_one();
  notify.notify_all();
  EXPECT_TRUE(hand.is_ready(made_before)) << "by its round";
  auto next = notify.notified();
  EXPECT_TRUE(hand.is_ready(next)) << "so this is there still";
}

// What is kept must not be wiped out by a future that goes: upstream lost it once.
TEST(Notify, OneIsStillKeptAfterAWaiterOfAllWasDropped) {
  Notify notify;
  const Hand hand;
  std::optional waits(notify.notified());
  EXPECT_TRUE(hand.is_pending(*waits));
  notify.notify_all();
  notify.notify_one();
  waits.reset();
  auto next = notify.notified();
  EXPECT_TRUE(hand.is_ready(next));
}

TEST(Notify, AllWakesAllHoweverManyTheyAreAndNobodyTwice) {
  constexpr std::size_t kTasks = 2 * WakerBatch::kRoom + 3;
  Notify notify;
  std::vector<std::unique_ptr<Hand>> hands;
  std::vector<std::optional<Notified>> waiting(kTasks);
  for (std::optional<Notified>& each : waiting) {
    each.emplace(notify.notified());
    hands.push_back(std::make_unique<Hand>());
    EXPECT_TRUE(hands.back()->is_pending(*each));
  }
  // The first that hears of it comes again, and is not of this round; one is polled before it is
  // told, and one is dropped.
  const Hand again;
  std::optional<Notified> second_time;
  hands.front()->waker.on_wake([&] {
    second_time.emplace(notify.notified());
    EXPECT_TRUE(again.is_pending(*second_time));
    EXPECT_TRUE(hands[kTasks - 1]->is_ready(*waiting[kTasks - 1]));
    waiting[kTasks - 2].reset();
  });
  notify.notify_all();
  EXPECT_EQ(again.wakes(), 0);
  for (std::size_t i = 0; i + 2 < kTasks; ++i) {
    EXPECT_EQ(hands[i]->wakes(), 1);
    EXPECT_TRUE(hands[i]->is_ready(*waiting[i]));
  }
  for (std::size_t i = kTasks - 2; i < kTasks; ++i) EXPECT_EQ(hands[i]->wakes(), 0);
  notify.notify_one();
  EXPECT_EQ(again.wakes(), 1);
}

TEST(Notified, EnabledIsInTheQueueBeforeItsFirstPoll) {
  Notify notify;
  const Hand a, b;
  auto first = notify.notified(), second = notify.notified();
  EXPECT_FALSE(first.enable());
  EXPECT_TRUE(b.is_pending(second));
  notify.notify_one();
  EXPECT_EQ(b.wakes(), 0) << "the first was there before";
  EXPECT_TRUE(first.enable()) << "and can ask";
  EXPECT_TRUE(a.is_ready(first));
  EXPECT_EQ(a.waker.clones(), 0);
}

TEST(Notified, EnabledKeepsItsPlaceWhenItIsPolled) {
  Notify notify;
  const Hand a, b;
  auto first = notify.notified(), second = notify.notified();
  EXPECT_FALSE(first.enable());
  EXPECT_FALSE(first.enable());
  EXPECT_TRUE(b.is_pending(second));
  EXPECT_TRUE(a.is_pending(first));
  notify.notify_one();
  EXPECT_EQ(a.wakes(), 1);
}

TEST(Notified, EnableTakesWhatIsKept) {
  Notify notify;
  const Hand hand;
  notify.notify_one();
  {
    auto taken = notify.notified();
    EXPECT_TRUE(taken.enable());
    EXPECT_TRUE(taken.enable());
  }  // it has been told, so it need not be polled
  auto next = notify.notified();
  EXPECT_TRUE(hand.is_pending(next));
}

TEST(Notified, EnableSeesARound) {
  Notify notify;
  auto made_before = notify.notified();
  notify.notify_all();
  EXPECT_TRUE(made_before.enable());
}

TEST(Notified, IsPinnedByEnable) {
  Notify notify;
  auto enabled = notify.notified();
  EXPECT_FALSE(enabled.enable());
  EXPECT_THROW((void)Notified(std::move(enabled)), std::logic_error);
}

TEST(Notified, CannotBeEnabledAfterItsEnd) {
  Notify notify;
  const Hand hand;
  notify.notify_one();
  auto told = notify.notified();
  EXPECT_TRUE(hand.is_ready(told));
  EXPECT_THROW((void)told.enable(), std::logic_error);
}

Async<> takes_rounds(Notify& notify, int rounds, int& taken) {
  for (int i = 0; i < rounds; ++i) {
    co_await notify.notified();
    ++taken;
  }
}
ASYNC_TEST(Notify, ALoopOfAwaitsTakesEachRoundOnce) {
  Notify notify;
  int taken = 0;
  auto a = spawn(takes_rounds(notify, 3, taken));
  auto b = spawn(takes_rounds(notify, 3, taken));
  for (int round = 1; round <= 3; ++round) {
    co_await yield_now();
    notify.notify_all();
    co_await yield_now();
    EXPECT_EQ(taken, 2 * round);
  }
  co_await a;
  co_await b;
}

TEST(Notify, MayGoWhenAllThatWereToldHaveBeenPolledOrAreGone) {
  auto notify = std::make_unique<Notify>();
  const Hand hand;
  auto polled = notify->notified(), enabled = notify->notified(), late = notify->notified();
  std::optional dropped(notify->notified()), passed_on(notify->notified());
  EXPECT_FALSE(enabled.enable());
  EXPECT_FALSE(dropped->enable());
  EXPECT_TRUE(hand.is_pending(polled));
  EXPECT_TRUE(hand.is_pending(*passed_on));
  notify->notify_last();
  notify->notify_all();
  EXPECT_TRUE(hand.is_ready(polled));
  EXPECT_TRUE(enabled.enable());
  EXPECT_TRUE(hand.is_ready(late));
  dropped.reset();
  passed_on.reset();
  notify.reset();
  EXPECT_TRUE(hand.is_ready(enabled)) << "it has been told already";
}

TEST(Notify, IsNamedInADeadlock) {
  Notify notify;
  auto waits = [](Notify& n) -> Async<> { co_await n.notified(); };
  const std::string text = deadlock_of(waits(notify));
  EXPECT_TRUE(says(text, "waits for a notification;")) << text;
}

TEST(NotifyDeathTest, EndsTheProgramWhenItIsDestroyedInUse) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        auto notify = std::make_unique<Notify>();
        auto waits = notify->notified(42);
        (void)waits.enable();
        notify.reset();
      },
      "a Notify was destroyed in use: a task waits for it since line 42");
  for (const auto tell : {&Notify::notify_one, &Notify::notify_last, &Notify::notify_all}) {
    EXPECT_DEATH(
        {
          auto notify = std::make_unique<Notify>();
          const Hand hand;
          auto waits = notify->notified(43);
          (void)hand.poll(waits);
          ((*notify).*tell)();
          notify.reset();
        },
        "a Notify was destroyed in use: a task that was told has yet to be polled; the latest "
        "waits since line 43");
  }
}

}  // namespace notify_test
}  // namespace book

// The contract tester is tested on one future that keeps the contract and on one that breaks each
// of its rules: plausible mistakes, as a reader would make them.
#include "support/contract.h"

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "common/future.h"
#include "common/stream.h"
#include "support/drop_counter.h"

namespace book::test {
namespace contract_test {

enum class Mistake {
  none,
  begins_when_made,
  stores_no_waker,
  keeps_the_first_waker,
  never_replaces_twice,
  clones_at_every_poll,
  stores_before_it_looks,
  looks_only_once,
  wakes_itself,
  counts_its_polls,
  keeps_a_list_of_wakers,
  may_be_polled_after_its_end,
  throws_instead,
  leaves_its_waker_behind,
  leaves_its_seat_taken,
  moves_after_its_first_poll,
  loses_its_value_when_moved,
  stores_only_for_the_first_event,
};

/// What the futures below wait for: something that happens `needed` times.
struct Event {
  int needed = 1;
  int happened = 0;
  int seats = 0;  ///< how many futures wait
  Waker slot;
  std::vector<Waker> list;

  void happen() {
    ++happened;
    std::move(slot).wake();
    for (Waker& waker : std::exchange(list, {})) std::move(waker).wake();
  }
};

/// Waits for the event; its output is 7.
template <Mistake mistake>
class [[nodiscard]] WaitFor {
 public:
  using Output = int;

  explicit WaitFor(std::shared_ptr<Event> event) : event_(std::move(event)) {
    if constexpr (mistake == Mistake::begins_when_made) sit();
  }
  WaitFor(WaitFor&& other)
      : pin_(moved_pin(other)),
        event_(std::move(other.event_)),
        seated_(std::exchange(other.seated_, false)),
        value_(mistake == Mistake::loses_its_value_when_moved ? 0 : other.value_) {}
  ~WaitFor() {
    if (!seated_ || mistake == Mistake::leaves_its_seat_taken) return;
    --event_->seats;
    if constexpr (mistake != Mistake::leaves_its_waker_behind) event_->slot = Waker();
    if constexpr (mistake != Mistake::leaves_its_waker_behind) event_->list.clear();
  }

  Poll<int> poll(Context& cx) {
    pin_.enter();
    ++polls_;
    if constexpr (mistake == Mistake::stores_before_it_looks) cx.store(event_->slot, "the event");
    if constexpr (mistake == Mistake::counts_its_polls) {
      if (polls_ == 3) return finish();
    }
    if (event_->happened == event_->needed) return finish();
    sit();
    keep_waker(cx);
    if constexpr (mistake != Mistake::looks_only_once) {
      if (event_->happened == event_->needed) return finish();
    }
    return pin_.pending();
  }

 private:
  void sit() {
    if (!std::exchange(seated_, true)) ++event_->seats;
  }

  void keep_waker(Context& cx) {
    if constexpr (mistake == Mistake::stores_no_waker) {
      return;
    } else if constexpr (mistake == Mistake::keeps_the_first_waker) {
      if (!event_->slot) event_->slot = cx.waker();
    } else if constexpr (mistake == Mistake::never_replaces_twice) {
      if (polls_ <= 2) cx.store(event_->slot, "the event");
    } else if constexpr (mistake == Mistake::clones_at_every_poll) {
      event_->slot = cx.waker();
    } else if constexpr (mistake == Mistake::keeps_a_list_of_wakers) {
      if (event_->list.empty() || !event_->list.back().will_wake(cx.waker())) {
        event_->list.push_back(cx.waker());
      }
    } else if constexpr (mistake == Mistake::stores_only_for_the_first_event) {
      if (event_->happened == 0) cx.store(event_->slot, "the event");
    } else {
      cx.store(event_->slot, "the event");
    }
    if constexpr (mistake == Mistake::wakes_itself) cx.waker().wake_by_ref();
  }

  Poll<int> finish() {
    if constexpr (mistake == Mistake::may_be_polled_after_its_end) (void)pin_.pending();
    if constexpr (mistake == Mistake::throws_instead) throw std::runtime_error("no luck");
    return value_;
  }

  static PinGuard moved_pin(WaitFor& other) {
    if constexpr (mistake == Mistake::moves_after_its_first_poll) return PinGuard();
    return PinGuard(std::move(other.pin_));
  }

  PinGuard pin_;
  std::shared_ptr<Event> event_;
  bool seated_ = false;
  int polls_ = 0;
  int value_ = 7;
};

template <Mistake mistake>
std::vector<Breach> breaches_of(ContractOptions options = {}) {
  auto seats = std::make_shared<Event>();  // of the subject that was made last
  options.event_inside_poll = true;
  options.untouched = [&] { return seats->seats == 0; };
  return find_breaches(
      [&] {
        auto event = std::make_shared<Event>();
        event->needed = options.events;
        seats = event;
        return subject(WaitFor<mistake>(event), [event] { event->happen(); });
      },
      options, [](int value) { return value == 7; });
}

/// Is there a breach of this point whose text says this?
testing::AssertionResult reports(const std::vector<Breach>& breaches, int point,
                                 const std::string& what) {
  std::string all;
  for (const Breach& breach : breaches) {
    const std::string text = to_string(breach);
    if (breach.point == point && text.find(what) != text.npos) return testing::AssertionSuccess();
    all += text + "\n";
  }
  return testing::AssertionFailure() << "point " << point << ", \"" << what << "\" is not among:\n"
                                     << all;
}

TEST(Contract, IsKeptByACorrectFuture) {
  const auto breaches = breaches_of<Mistake::none>();
  EXPECT_TRUE(breaches.empty()) << to_string(breaches.front());
}

TEST(Contract, IsKeptByAFutureOfSeveralEvents) {
  const auto breaches = breaches_of<Mistake::none>({.events = 3});
  EXPECT_TRUE(breaches.empty()) << to_string(breaches.front());
}

TEST(Contract, Point1SeesWorkInTheConstructor) {
  EXPECT_TRUE(reports(breaches_of<Mistake::begins_when_made>(), 1, "Look at the constructor"));
}

TEST(Contract, Point2SeesAWakerThatWasNotStored) {
  EXPECT_TRUE(reports(breaches_of<Mistake::stores_no_waker>(), 2, "woke nobody"));
}

TEST(Contract, Point2SeesAWakerThatIsStale) {
  const auto breaches = breaches_of<Mistake::keeps_the_first_waker>();
  EXPECT_TRUE(reports(breaches, 2, "woke A once and B not at all"));
  EXPECT_TRUE(reports(breaches, 2, "cx.store(slot, ...)"));
}

TEST(Contract, Point2SeesAWakerThatIsReplacedOnlyOnce) {
  EXPECT_TRUE(reports(breaches_of<Mistake::never_replaces_twice>(), 2, "A, B and A again"));
}

TEST(Contract, Point2SeesALaterEventThatIsNotWaitedFor) {
  EXPECT_TRUE(reports(breaches_of<Mistake::stores_only_for_the_first_event>({.events = 2}), 2,
                      "every path that returns pending"));
}

TEST(Contract, Point2SeesAnUnnecessaryClone) {
  EXPECT_TRUE(reports(breaches_of<Mistake::clones_at_every_poll>(), 2, "will_wake"));
}

TEST(Contract, Point2SeesAStoreBeforeTheLook) {
  EXPECT_TRUE(reports(breaches_of<Mistake::stores_before_it_looks>(), 2, "look first"));
}

TEST(Contract, Point2SeesARaceThatLosesTheWake) {
  EXPECT_TRUE(reports(breaches_of<Mistake::looks_only_once>(), 2, "look once more"));
}

TEST(Contract, Point2SeesAFutureThatSpins) {
  EXPECT_TRUE(reports(breaches_of<Mistake::wakes_itself>(), 2, "at full speed"));
}

TEST(Contract, Point3SeesAPollCountTakenForAnEvent) {
  EXPECT_TRUE(reports(breaches_of<Mistake::counts_its_polls>(), 3, "was ready"));
}

TEST(Contract, Point3SeesAListOfWakersThatGrows) {
  EXPECT_TRUE(reports(breaches_of<Mistake::keeps_a_list_of_wakers>(), 3, "a list that grows"));
}

TEST(Contract, Point4SeesAFutureThatNeverEnds) {
  EXPECT_TRUE(reports(breaches_of<Mistake::may_be_polled_after_its_end>(), 4,
                      "instead of throwing std::logic_error"));
}

TEST(Contract, Point4SeesAFutureThatOnlyClaimsToBeFused) {
  EXPECT_TRUE(reports(breaches_of<Mistake::none>({.fused = true}), 4, "calls itself fused"));
}

TEST(Contract, Point4SeesAnUnexpectedException) {
  EXPECT_TRUE(reports(breaches_of<Mistake::throws_instead>(), 4, "threw: no luck"));
}

TEST(Contract, Point4SeesAnExceptionThatDoesNotCome) {
  EXPECT_TRUE(reports(breaches_of<Mistake::none>({.throws = true}), 4, "was ready"));
}

TEST(Contract, IsKeptByAFutureThatThrows) {
  const auto breaches = breaches_of<Mistake::throws_instead>({.throws = true});
  EXPECT_TRUE(breaches.empty()) << to_string(breaches.front());
}

TEST(Contract, Point5SeesAWakerThatOutlivesItsFuture) {
  const auto breaches = breaches_of<Mistake::leaves_its_waker_behind>();
  EXPECT_TRUE(reports(breaches, 5, "still keeps"));
  EXPECT_TRUE(reports(breaches, 5, "woke its task all the same"));
}

TEST(Contract, Point5SeesARegistrationThatOutlivesItsFuture) {
  EXPECT_TRUE(reports(breaches_of<Mistake::leaves_its_seat_taken>(), 5, "something is there"));
}

TEST(Contract, Point6SeesAMoveAfterTheFirstPoll) {
  EXPECT_TRUE(reports(breaches_of<Mistake::moves_after_its_first_poll>(), 6, "PinGuard"));
}

TEST(Contract, Point6SeesAMoveThatWasToBeAllowed) {
  EXPECT_TRUE(reports(breaches_of<Mistake::none>({.handle_moves = true}), 6, "a handle"));
}

TEST(Contract, SeesAWrongOutputAndAMoveThatSpoilsIt) {
  EXPECT_TRUE(reports(breaches_of<Mistake::loses_its_value_when_moved>(), 3, "its output"));
}

TEST(Contract, SaysWhenItsOwnOptionsAreWrong) {
  EXPECT_TRUE(reports(breaches_of<Mistake::none>({.ready_at_once = true}), 0, "options"));
  const auto breaches = find_breaches(
      [] {
        auto event = std::make_shared<Event>();
        return subject(WaitFor<Mistake::none>(event), [event] { event->happen(); });
      },
      {.events = 2});
  EXPECT_TRUE(reports(breaches, 3, "`events` option"));
}

/// Ready at its first poll, or its exception is.
template <bool clones, bool throws>
class [[nodiscard]] AtOnce {
 public:
  using Output = void;
  Poll<void> poll(Context& cx) {
    pin_.enter();
    if constexpr (clones) Waker needless = cx.waker();
    if constexpr (throws) throw std::runtime_error("at once");
    return Poll<void>::ready();
  }

 private:
  PinGuard pin_;
};

TEST(Contract, IsKeptByAFutureThatIsReadyAtOnce) {
  expect_contract([] { return subject(AtOnce<false, false>()); }, {.ready_at_once = true});
  expect_contract([] { return subject(AtOnce<false, true>()); },
                  {.ready_at_once = true, .throws = true});
}

TEST(Contract, Point2SeesACloneInAPollThatIsReadyAtOnce) {
  const auto breaches =
      find_breaches([] { return subject(AtOnce<true, false>()); }, {.ready_at_once = true});
  EXPECT_TRUE(reports(breaches, 2, "cloned the waker once"));
}

/// Pending once, having woken its own waker (or, wrongly, not).
template <bool wakes>
class [[nodiscard]] Yield {
 public:
  using Output = void;
  Poll<void> poll(Context& cx) {
    pin_.enter();
    if (std::exchange(yielded_, true)) return Poll<void>::ready();
    if constexpr (wakes) cx.waker().wake_by_ref();
    return pin_.pending();
  }

 private:
  bool yielded_ = false;
  PinGuard pin_;
};

TEST(Contract, IsKeptByAFutureThatWakesItself) {
  expect_contract([] { return subject(Yield<true>()); }, {.wakes_itself = true});
}

TEST(Contract, Point2SeesAYieldThatForgetsToWake) {
  const auto breaches =
      find_breaches([] { return subject(Yield<false>()); }, {.wakes_itself = true});
  EXPECT_TRUE(reports(breaches, 2, "wake_by_ref"));
}

/// The future lives elsewhere; this only points to it.
class [[nodiscard]] Handle {
 public:
  using Output = int;
  explicit Handle(std::shared_ptr<Event> event)
      : future_(std::make_unique<WaitFor<Mistake::none>>(std::move(event))) {}
  Poll<int> poll(Context& cx) { return future_->poll(cx); }

 private:
  std::unique_ptr<WaitFor<Mistake::none>> future_;
};

TEST(Contract, IsKeptByAHandleThatMoves) {
  auto make = [] {
    auto event = std::make_shared<Event>();
    return subject(Handle(event), [event] { event->happen(); });
  };
  expect_contract(make, {.handle_moves = true}, [](int value) { return value == 7; });
  const auto breaches = find_breaches(make, {});
  EXPECT_TRUE(reports(breaches, 6, "can be assigned"));
  EXPECT_TRUE(reports(breaches, 6, "did not throw"));
}

struct Copyable {
  using Output = int;
  Poll<int> poll(Context&) {
    if (std::exchange(finished, true)) throw std::logic_error("polled after its end");
    return 1;
  }
  bool finished = false;
};

TEST(Contract, Point6SeesAFutureThatCanBeCopied) {
  const auto breaches = find_breaches([] { return subject(Copyable()); }, {.ready_at_once = true});
  EXPECT_TRUE(reports(breaches, 6, "can be copied"));
}

TEST(Contract, EveryBreachIsATestFailureOfItsOwn) {
  testing::TestPartResultArray results;
  {
    testing::ScopedFakeTestPartResultReporter reporter(
        testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &results);
    expect_contract([] { return subject(Handle(std::make_shared<Event>())); });
  }
  ASSERT_GT(results.size(), 1);
  for (int i = 0; i < results.size(); ++i) {
    const std::string text = results.GetTestPartResult(i).message();
    EXPECT_NE(text.find("breaks its contract, point "), text.npos) << text;
    EXPECT_NE(text.find("Look at "), text.npos) << text;
  }
}

/// A stream over the same event: one item, then its end.
class OneItem {
 public:
  using Item = DropCounter::Token;
  OneItem(std::shared_ptr<Event> event, DropCounter::Token token)
      : event_(std::move(event)), item_(std::move(token)) {}
  OneItem(OneItem&&) = default;
  ~OneItem() {
    if (event_) event_->slot = Waker();
  }

  Poll<std::optional<Item>> poll_next(Context& cx) {
    if (event_->happened == 0) {
      cx.store(event_->slot, "an item");
      return pending;
    }
    return Poll<std::optional<Item>>::ready(std::exchange(item_, std::nullopt));
  }

 private:
  std::shared_ptr<Event> event_;
  std::optional<Item> item_;
};

TEST(Contract, IsKeptByTheNextOfAStreamAndNothingLeaks) {
  DropCounter items;
  expect_contract(
      [&] {
        auto event = std::make_shared<Event>();
        return subject(next(OneItem(event, items.token())), [event] { event->happen(); });
      },
      {}, [](auto item) { return item.has_value(); });
  EXPECT_GT(items.made(), 0);
  EXPECT_EQ(items.live(), 0);
}

}  // namespace contract_test
}  // namespace book::test

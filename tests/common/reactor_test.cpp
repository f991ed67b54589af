#include "common/reactor/reactor.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <thread>
#include <vector>

#include "common/reactor/io_source.h"
#include "support/counting_waker.h"
#include "support/descriptors.h"

namespace book {
namespace reactor_test {

using namespace std::chrono_literals;
using test::CountingWaker;

TEST(Reactor, IsTheCurrentOneOnlyWithinItsScope) {
  EXPECT_EQ(Reactor::current_or_null(), nullptr);
  EXPECT_THROW(Reactor::current(), std::logic_error);
  Reactor outer, inner;
  {
    Reactor::Scope outer_scope(outer);
    EXPECT_EQ(&Reactor::current(), &outer);
    {
      Reactor::Scope inner_scope(inner);
      EXPECT_EQ(&Reactor::current(), &inner);
    }
    EXPECT_EQ(&Reactor::current(), &outer);
    std::thread([] { EXPECT_EQ(Reactor::current_or_null(), nullptr); }).join();
  }
  EXPECT_EQ(Reactor::current_or_null(), nullptr);
}

TEST(Reactor, ANewOneWaitsForNothing) {
  Reactor reactor;
  EXPECT_TRUE(reactor.waiting().nothing());
  const Reactor::Turn turn = reactor.poll_now();
  EXPECT_EQ(turn.io, 0);
  EXPECT_EQ(turn.timers, 0);
  EXPECT_FALSE(turn.notified);
}

// --- notify ---

TEST(Reactor, TheCoarseTimeIsThatOfTheLastLook) {
  Reactor reactor;
  const Instant before = reactor.coarse_now();
  while (reactor.now() == before) {  // let time pass
  }
  EXPECT_EQ(reactor.coarse_now(), before);
  const Instant now = reactor.now();
  reactor.poll_now();
  EXPECT_GE(reactor.coarse_now(), now);
  EXPECT_LE(reactor.coarse_now(), reactor.now());
}

TEST(Reactor, TheCoarseTimeOfVirtualTimeIsExact) {
  Reactor reactor(TimeMode::virtual_time);
  Timer timer;
  reactor.arm(timer, reactor.now() + 1s, Waker());
  reactor.wait();
  EXPECT_EQ(reactor.coarse_now(), reactor.now());
}

TEST(Reactor, ANotifyBeforeAWaitEndsIt) {
  Reactor reactor;
  reactor.notify();
  EXPECT_TRUE(reactor.wait().notified);
  EXPECT_FALSE(reactor.poll_now().notified);
}

TEST(Reactor, ManyNotifiesBeforeAWaitAreOne) {
  Reactor reactor;
  for (int i = 0; i < 1000; ++i) reactor.notify();
  EXPECT_TRUE(reactor.poll_now().notified);
  EXPECT_FALSE(reactor.poll_now().notified);
}

TEST(Reactor, EveryNotifyFromAnotherThreadIsSeen) {
  constexpr int kRounds = 5'000;
  Reactor reactor;
  std::atomic<int> given{0}, taken{0};
  std::thread other([&] {
    for (int i = 0; i < kRounds; ++i) {
      given.fetch_add(1);
      reactor.notify();
      if (i % 3 == 0) {
        for (int seen; (seen = taken.load()) <= i;) taken.wait(seen);
      }
    }
  });
  while (taken.load() < kRounds) {
    reactor.wait();
    taken.store(given.load());
    taken.notify_one();
  }
  other.join();
}

// --- Timers ---

TEST(ReactorTimers, FireInTheOrderOfTheirDeadlines) {
  Reactor reactor(TimeMode::virtual_time);
  std::vector<int> order;
  const Instant start = reactor.now();
  std::vector<Timer> timers(4);
  std::vector<CountingWaker> hooks(timers.size());
  const int seconds[] = {30, 1, 7200, 1};
  for (std::size_t i = 0; i < timers.size(); ++i) {
    hooks[i].on_wake([&order, i] { order.push_back(static_cast<int>(i)); });
    reactor.arm(timers[i], start + std::chrono::seconds(seconds[i]), hooks[i].waker());
  }
  EXPECT_EQ(reactor.waiting().timers, 4u);
  EXPECT_EQ(reactor.wait().timers, 2);
  EXPECT_EQ(reactor.now(), start + 1s);
  EXPECT_EQ(reactor.wait().timers, 1);
  EXPECT_EQ(reactor.now(), start + 30s);
  EXPECT_EQ(reactor.wait().timers, 1);
  EXPECT_EQ(reactor.now(), start + 7200s);
  EXPECT_EQ(order, (std::vector<int>{1, 3, 0, 2}));
  EXPECT_TRUE(reactor.waiting().nothing());
}

TEST(ReactorTimers, SayThatTheyHaveFired) {
  Reactor reactor(TimeMode::virtual_time);
  CountingWaker task;
  Timer timer;
  reactor.arm(timer, reactor.now() + 5ms, task.waker());
  EXPECT_TRUE(timer.armed());
  EXPECT_FALSE(timer.fired());
  reactor.wait();
  EXPECT_TRUE(timer.fired());
  EXPECT_FALSE(timer.armed());
  EXPECT_EQ(task.wakes(), 1);
  EXPECT_EQ(task.kept(), 0);
  reactor.disarm(timer);
  EXPECT_TRUE(timer.fired());
}

TEST(ReactorTimers, VirtualTimeIsExactOnWholeMilliseconds) {
  Reactor reactor(TimeMode::virtual_time);
  const Waker waker = Waker::noop();
  const Instant start = reactor.now();
  for (const Duration wait :
       std::initializer_list<Duration>{1ms, 63ms, 64ms, 4097ms, 24h, 24h * 365 * 10}) {
    Timer timer;
    reactor.arm(timer, start + wait, waker);
    reactor.wait();
    EXPECT_TRUE(timer.fired());
    EXPECT_EQ(reactor.now(), start + wait);
  }
}

TEST(ReactorTimers, AFractionOfAMillisecondIsRoundedUp) {
  Reactor reactor(TimeMode::virtual_time);
  const Instant start = reactor.now();
  Timer timer;
  reactor.arm(timer, start + 1ns, Waker::noop());
  reactor.wait();
  EXPECT_EQ(reactor.now(), start + 1ms);
}

TEST(ReactorTimers, ADeadlineThatHasPassedFiresAtOnceAndMovesNoTime) {
  Reactor reactor(TimeMode::virtual_time);
  const Instant start = reactor.now();
  Timer past, present;
  reactor.arm(past, Instant::min(), Waker::noop());
  reactor.arm(present, start, Waker::noop());
  EXPECT_EQ(reactor.poll_now().timers, 2);
  EXPECT_EQ(reactor.now(), start);
}

TEST(ReactorTimers, AWaitThatComesLateDoesNotBlock) {
  Reactor reactor;
  Timer timer;
  const Instant start = reactor.now();
  reactor.arm(timer, start + 1ms, Waker::noop());
  while (reactor.now() < start + 5ms) {
  }
  EXPECT_EQ(reactor.wait().timers, 1);
}

TEST(ReactorTimers, TheEndOfTimeDoesNotOverflow) {
  for (TimeMode mode : {TimeMode::real, TimeMode::virtual_time}) {
    Reactor reactor(mode);
    Timer never, decade, soon;
    reactor.arm(never, Instant::max(), Waker::noop());
    reactor.arm(decade, reactor.now() + 24h * 3650, Waker::noop());
    reactor.arm(soon, reactor.now() + 1ms, Waker::noop());
    reactor.wait();
    EXPECT_TRUE(soon.fired());
    EXPECT_FALSE(decade.fired());
    if (mode == TimeMode::real) continue;
    reactor.wait();
    EXPECT_TRUE(decade.fired());
    reactor.wait();
    EXPECT_TRUE(never.fired());
  }
}

TEST(ReactorTimers, ArmingAgainMovesTheDeadlineAndReplacesTheWaker) {
  Reactor reactor(TimeMode::virtual_time);
  const Instant start = reactor.now();
  CountingWaker first, second;
  Timer timer;
  reactor.arm(timer, start + 10s, first.waker());
  reactor.arm(timer, start + 5s, second.waker());
  EXPECT_EQ(first.kept(), 0);
  EXPECT_EQ(reactor.waiting().timers, 1u);
  reactor.wait();
  EXPECT_EQ(reactor.now(), start + 5s);
  EXPECT_EQ(first.wakes(), 0);
  EXPECT_EQ(second.wakes(), 1);
  reactor.arm(timer, start + 20s, first.waker());  // and one that has fired can be armed again
  EXPECT_FALSE(timer.fired());
  reactor.wait();
  EXPECT_EQ(reactor.now(), start + 20s);
  EXPECT_EQ(first.wakes(), 1);
}

TEST(ReactorTimers, ArmingAgainWithTheSameDeadlineKeepsItsPlaceAndTakesTheNewWaker) {
  Reactor reactor(TimeMode::virtual_time);
  CountingWaker first, second, replaced;
  std::vector<int> order;
  first.on_wake([&] { order.push_back(1); });
  second.on_wake([&] { order.push_back(2); });
  Timer one, two;
  const Instant deadline = reactor.now() + 1s;
  reactor.arm(one, deadline, replaced.waker());
  reactor.arm(two, deadline, second.waker());
  reactor.arm(one, deadline, first.waker());
  EXPECT_EQ(replaced.kept(), 0);
  EXPECT_EQ(reactor.wait().timers, 2);
  EXPECT_EQ(order, (std::vector<int>{1, 2}));
}

TEST(ReactorTimers, ArmingAgainWithTheSameWakerMakesNoCopy) {
  Reactor reactor(TimeMode::virtual_time);
  CountingWaker task;
  Timer timer;
  const Waker& waker = task.waker();
  for (int i = 1; i < 10; ++i) {
    reactor.arm(timer, reactor.now() + std::chrono::seconds(i), waker);
    EXPECT_EQ(task.kept(), 1);
  }
}

TEST(ReactorTimers, DisarmingOrDestroyingDropsTheWakerAndFiresNothing) {
  Reactor reactor(TimeMode::virtual_time);
  CountingWaker task;
  Timer disarmed;
  {
    Timer destroyed;
    reactor.arm(disarmed, reactor.now() + 1s, task.waker());
    reactor.arm(destroyed, reactor.now() + 1s, task.waker());
    EXPECT_EQ(task.kept(), 2);
    reactor.disarm(disarmed);
    reactor.disarm(disarmed);
  }
  EXPECT_EQ(task.kept(), 0);
  EXPECT_TRUE(reactor.waiting().nothing());
  Timer later;
  reactor.arm(later, reactor.now() + 2s, Waker::noop());
  EXPECT_EQ(reactor.wait().timers, 1);
  EXPECT_EQ(task.wakes(), 0);
  EXPECT_FALSE(disarmed.fired());
}

TEST(ReactorTimers, CanNotBeMovedOnceTheyWereArmed) {
  Reactor reactor(TimeMode::virtual_time);
  Timer timer;
  reactor.arm(timer, reactor.now() + 1s, Waker::noop());
  EXPECT_THROW(Timer moved(std::move(timer)), std::logic_error);
  reactor.wait();
  // The first move was refused.
  // NOLINTNEXTLINE(bugprone-use-after-move,clang-analyzer-cplusplus.Move)
  EXPECT_THROW(Timer moved(std::move(timer)), std::logic_error);
}

TEST(ReactorTimers, AreDisarmedWhenTheReactorDiesFirst) {
  CountingWaker task;
  Timer timer;
  {
    Reactor reactor;
    reactor.arm(timer, reactor.now() + 1h, task.waker());
  }
  EXPECT_FALSE(timer.armed());
  EXPECT_FALSE(timer.fired());
  EXPECT_EQ(task.kept(), 0);
  Reactor next(TimeMode::virtual_time);
  next.arm(timer, next.now() + 1h, task.waker());
  EXPECT_EQ(next.wait().timers, 1);
}

TEST(ReactorTimers, MoveToAnotherReactorWhenItArmsThem) {
  Reactor first(TimeMode::virtual_time), second(TimeMode::virtual_time);
  Timer timer;
  first.arm(timer, first.now() + 1s, Waker::noop());
  second.arm(timer, second.now() + 2s, Waker::noop());
  EXPECT_TRUE(first.waiting().nothing());
  EXPECT_EQ(second.wait().timers, 1);
}

TEST(ReactorTimers, AWakerMayArmAndDisarmTimersWhileItIsFired) {
  Reactor reactor(TimeMode::virtual_time);
  const Instant start = reactor.now();
  Timer first, neighbour, next;
  CountingWaker disturbed;
  CountingWaker hook;
  hook.on_wake([&] {
    reactor.disarm(neighbour);
    reactor.arm(next, start,
                Waker::noop());  // has passed: the next turn's, or this one would not end
  });
  reactor.arm(first, start + 1s, hook.waker());
  reactor.arm(neighbour, start + 1s + 1ms, disturbed.waker());
  EXPECT_EQ(reactor.wait().timers, 1);
  EXPECT_EQ(disturbed.wakes(), 0);
  EXPECT_EQ(reactor.poll_now().timers, 1);
  EXPECT_TRUE(next.fired());
}

TEST(ReactorTimers, ThoseThatRearmThemselvesForThePastDoNotKeepATurnGoing) {
  Reactor reactor(TimeMode::virtual_time);
  std::vector<Timer> timers(200);
  std::vector<CountingWaker> hooks(timers.size());
  for (std::size_t i = 0; i < timers.size(); ++i) {
    hooks[i].on_wake([&, i] { reactor.arm(timers[i], reactor.now(), hooks[i].waker()); });
    reactor.arm(timers[i], reactor.now(), hooks[i].waker());
  }
  for (int turn = 0; turn < 3; ++turn) EXPECT_EQ(reactor.wait().timers, 200);
  for (const CountingWaker& hook : hooks) EXPECT_EQ(hook.wakes(), 3);
}

TEST(ReactorTimers, AHundredThousandFireEachOnceAndInOrder) {
  constexpr int kTimers = 100'000;
  Reactor reactor(TimeMode::virtual_time);
  std::mt19937_64 random(11);
  const Instant start = reactor.now();
  Instant last = start;
  int fired = 0;
  CountingWaker hook;
  hook.on_wake([&] { ++fired; });
  const Waker& waker = hook.waker();
  std::vector<Timer> timers(kTimers);
  std::vector<Instant> deadlines;
  for (Timer& timer : timers) {
    deadlines.push_back(start + std::chrono::milliseconds(random() % 3'600'000));
    reactor.arm(timer, deadlines.back(), waker);
  }
  while (!reactor.waiting().nothing()) {
    reactor.wait();
    ASSERT_GE(reactor.now(), last);
    last = reactor.now();
  }
  EXPECT_EQ(fired, kTimers);
  EXPECT_EQ(last, *std::max_element(deadlines.begin(), deadlines.end()));
}

TEST(ReactorTimers, AreNeverEarlyInRealTime) {
  Reactor reactor;
  std::mt19937_64 random(5);
  std::vector<Timer> timers(200);
  std::vector<CountingWaker> hooks(timers.size());
  int early = 0;
  for (std::size_t i = 0; i < timers.size(); ++i) {
    const Instant deadline = reactor.now() + std::chrono::microseconds(random() % 30'000);
    hooks[i].on_wake([&early, &reactor, deadline] { early += reactor.now() < deadline; });
    reactor.arm(timers[i], deadline, hooks[i].waker());
  }
  while (!reactor.waiting().nothing()) reactor.wait();
  EXPECT_EQ(early, 0);
}

TEST(ReactorTimers, AnEarlierOneFromAnotherThreadShortensTheWait) {
  Reactor reactor;
  Timer far;
  reactor.arm(far, reactor.now() + 24h, Waker::noop());
  for (int i = 0; i < 300; ++i) {
    Timer near;
    std::thread other([&] { reactor.arm(near, reactor.now() + 50us * (i % 30), Waker::noop()); });
    EXPECT_EQ(reactor.wait().timers, 1);
    other.join();
  }
}

TEST(ReactorTimers, AWakerThatThrowsCostsTheOthersNothing) {
  Reactor reactor(TimeMode::virtual_time);
  std::vector<Timer> timers(200);
  CountingWaker task;
  CountingWaker thrower;
  thrower.on_wake([] { throw std::runtime_error("no room in the queue"); });
  for (std::size_t i = 0; i < timers.size(); ++i) {
    reactor.arm(timers[i], reactor.now() + 1s, i % 2 ? task.waker() : thrower.waker());
  }
  EXPECT_THROW(reactor.wait(), std::runtime_error);
  EXPECT_EQ(task.wakes(), 100);
  EXPECT_TRUE(reactor.waiting().nothing());
}

// One thread fires while others arm, move, disarm and destroy: whatever comes first wins, and
// nothing is touched after it is gone.
TEST(ReactorTimers, OtherThreadsMayDisarmAndDestroyWhileTheReactorFires) {
  constexpr int kThreads = 3;
  constexpr int kRounds = 3'000;
  Reactor reactor;
  std::atomic<int> running{kThreads};
  CountingWaker task;
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      std::mt19937_64 random(static_cast<unsigned>(t));
      std::vector<std::unique_ptr<Timer>> timers(16);
      const Waker& waker = task.waker();
      for (int i = 0; i < kRounds; ++i) {
        std::unique_ptr<Timer>& timer = timers[random() % timers.size()];
        if (!timer) timer = std::make_unique<Timer>();
        switch (random() % 4) {
          case 0:
            timer.reset();
            break;
          case 1:
            reactor.disarm(*timer);
            break;
          case 2:
            if (timer->fired()) timer.reset();
            break;
          default:
            reactor.arm(*timer, reactor.now() + 100us * (random() % 20), waker);
            break;
        }
      }
      if (running.fetch_sub(1) == 1) reactor.notify();
    });
  }
  while (running > 0) reactor.wait();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(task.kept(), 0);
}

// Only a sanitizer sees the difference: whoever disarmed may have locked what was no more.
TEST(ReactorTimers, OtherThreadsMayDestroyThemWhileTheReactorEnds) {
  for (int round = 0; round < 200; ++round) {
    auto reactor = std::make_unique<Reactor>();
    CountingWaker counter;
    std::vector<Timer> timers(8);
    for (Timer& timer : timers) reactor->arm(timer, reactor->now() + 1h, counter.waker());
    std::atomic<bool> go{false};
    std::thread other([&] {
      while (!go) std::this_thread::yield();
      timers.clear();
    });
    go = true;
    reactor.reset();
    other.join();
    EXPECT_EQ(counter.kept(), 0);
    EXPECT_EQ(counter.wakes(), 0);
  }
}

// --- Virtual time ---

TEST(VirtualTime, DoesNotMoveByItself) {
  Reactor reactor(TimeMode::virtual_time);
  Timer timer;
  const Instant start = reactor.now();
  reactor.arm(timer, start + 1ms, Waker::noop());
  for (int i = 0; i < 100; ++i) EXPECT_EQ(reactor.poll_now().timers, 0);
  EXPECT_EQ(reactor.now(), start);
}

TEST(VirtualTime, ReadyDescriptorsComeBeforeTheJump) {
  Reactor reactor(TimeMode::virtual_time);
  Reactor::Scope scope(reactor);
  test::Pipe pipe;
  IoSource source(pipe.reader, IoSource::Kind::stream);
  CountingWaker reader;
  const Waker& waker = reader.waker();
  Context cx(waker);
  source.clear(Direction::read);
  EXPECT_TRUE(source.poll_ready(Direction::read, cx).is_pending());
  Timer timer;
  const Instant start = reactor.now();
  reactor.arm(timer, start + 1s, Waker::noop());
  test::write_all(pipe.writer, "x");
  Reactor::Turn turn = reactor.wait();
  EXPECT_EQ(turn.io, 1);
  EXPECT_EQ(turn.timers, 0);
  EXPECT_EQ(reactor.now(), start);
  turn = reactor.wait();
  EXPECT_EQ(turn.timers, 1);
  EXPECT_EQ(reactor.now(), start + 1s);
}

TEST(VirtualTime, ANotifyComesBeforeTheJump) {
  Reactor reactor(TimeMode::virtual_time);
  Timer timer;
  const Instant start = reactor.now();
  reactor.arm(timer, start + 1s, Waker::noop());
  reactor.notify();
  EXPECT_TRUE(reactor.wait().notified);
  EXPECT_EQ(reactor.now(), start);
}

TEST(VirtualTime, StandsStillWhileThereIsOutsideWork) {
  Reactor reactor(TimeMode::virtual_time);
  Timer timer;
  const Instant start = reactor.now();
  reactor.arm(timer, start + 1s, Waker::noop());
  std::optional<Reactor::OutsideWork> work(std::in_place, reactor);
  EXPECT_EQ(reactor.waiting().outside, 1u);
  std::thread outside([&] { reactor.notify(); });
  Reactor::Turn turn = reactor.wait();
  outside.join();
  EXPECT_TRUE(turn.notified);
  EXPECT_EQ(turn.timers, 0);
  EXPECT_EQ(reactor.now(), start);
  std::thread last([&] { work.reset(); });
  while (!timer.fired()) reactor.wait();  // the end of the last token ends a wait, and frees time
  last.join();
  EXPECT_EQ(reactor.now(), start + 1s);
  EXPECT_EQ(reactor.waiting().outside, 0u);
}

TEST(VirtualTime, DoesNotJumpPastWhatAnOutsideThreadHasJustDone) {
  for (int i = 0; i < 500; ++i) {
    Reactor reactor(TimeMode::virtual_time);
    const Instant start = reactor.now();
    Timer timer;
    reactor.arm(timer, start + 1s, Waker::noop());
    std::atomic<bool> done{false};
    std::optional<Reactor::OutsideWork> work(std::in_place, reactor);
    std::thread outside([&] {
      done = true;
      reactor.notify();
      work.reset();
    });
    do {
      reactor.wait();
      ASSERT_TRUE(done || reactor.now() == start);
    } while (!done);
    EXPECT_EQ(reactor.now(), start) << "the news came first, and is seen first";
    outside.join();
  }
}

TEST(VirtualTime, AStaleEventDoesNotMakeItJump) {
  Reactor reactor(TimeMode::virtual_time);
  Reactor::Scope scope(reactor);
  Timer timer;
  const Instant start = reactor.now();
  reactor.arm(timer, start + 1s, Waker::noop());
  const Reactor::OutsideWork work(reactor);
  for (int i = 0; i < 50; ++i) {
    test::Pipe pipe;
    {
      IoSource source(pipe.reader, IoSource::Kind::stream);
      source.clear(Direction::read);
      const Waker noop = Waker::noop();
      Context cx(noop);
      EXPECT_TRUE(source.poll_ready(Direction::read, cx).is_pending());
    }
    test::write_all(pipe.writer, "x");
    std::thread outside([&] { reactor.notify(); });
    EXPECT_TRUE(reactor.wait().notified);
    outside.join();
    ASSERT_EQ(reactor.now(), start);
  }
}

TEST(VirtualTime, WhatIsDueFiresInSpiteOfOutsideWork) {
  Reactor reactor(TimeMode::virtual_time);
  Reactor::OutsideWork work(reactor);
  Timer timer;
  reactor.arm(timer, reactor.now(), Waker::noop());
  EXPECT_EQ(reactor.wait().timers, 1);
}

TEST(VirtualTime, ReallyWaitsWhenThereIsNoTimer) {
  Reactor reactor(TimeMode::virtual_time);
  std::thread outside([&] { reactor.notify(); });
  EXPECT_TRUE(reactor.wait().notified);
  outside.join();
}

TEST(OutsideWork, MovesAsOneTokenAndMayOutliveTheReactor) {
  std::optional<Reactor::OutsideWork> kept;
  {
    Reactor reactor;
    Reactor::OutsideWork work(reactor);
    kept.emplace(std::move(work));
    EXPECT_EQ(reactor.waiting().outside, 1u);
    EXPECT_FALSE(reactor.waiting().nothing());
  }
  kept.reset();
}

// --- Signals ---

std::atomic<int> signals_seen{0};

class WithoutRestart : public ::testing::Test {
 protected:
  void SetUp() override {
    signals_seen = 0;
    struct sigaction action {};
    action.sa_handler = [](int) { ++signals_seen; };
    sigaction(SIGUSR1, &action, &before_);
  }
  void TearDown() override { sigaction(SIGUSR1, &before_, nullptr); }

  /// Interrupts the thread until the handler has run `times` times.
  static void interrupt(pthread_t thread, int times) {
    for (int i = 1; i <= times; ++i) {
      pthread_kill(thread, SIGUSR1);
      while (signals_seen < i) std::this_thread::yield();
    }
  }
  struct sigaction before_ {};
};

TEST_F(WithoutRestart, ASignalDoesNotEndAWait) {
  Reactor reactor;
  std::atomic<bool> notified{false};
  const pthread_t waiting = pthread_self();
  std::thread other([&] {
    interrupt(waiting, 100);
    notified = true;
    reactor.notify();
  });
  EXPECT_TRUE(reactor.wait().notified);
  EXPECT_TRUE(notified);
  other.join();
  EXPECT_EQ(signals_seen, 100);
}

TEST_F(WithoutRestart, ASignalMakesNoTimerEarly) {
  Reactor reactor;
  Timer timer;
  const Instant deadline = reactor.now() + 20ms;
  reactor.arm(timer, deadline, Waker::noop());
  const pthread_t waiting = pthread_self();
  std::thread other([&] { interrupt(waiting, 50); });
  EXPECT_EQ(reactor.wait().timers, 1);
  EXPECT_GE(reactor.now(), deadline);
  other.join();
}

TEST(ReactorTimers, ACloneThatThrowsLeavesTheTimerAsItWas) {
  static constexpr WakerVTable vtable{[](void*) { throw std::runtime_error("no more clones"); },
                                      [](void*) {}, [](void*) {}, [](void*) {}};
  const Waker unclonable(nullptr, &vtable);
  Reactor reactor(TimeMode::virtual_time);
  Timer timer;
  CountingWaker task;
  EXPECT_THROW(reactor.arm(timer, reactor.now() + 1s, unclonable), std::runtime_error);
  EXPECT_FALSE(timer.armed());
  reactor.arm(timer, reactor.now() + 1s, task.waker());
  EXPECT_THROW(reactor.arm(timer, reactor.now() + 2s, unclonable), std::runtime_error);
  EXPECT_EQ(reactor.wait().timers, 1);
  EXPECT_EQ(task.wakes(), 1) << "the timer has fired, and its task sleeps on";
}

TEST(ReactorTimers, ATimerMayOutliveItsReactorAndGoToAnother) {
  CountingWaker task;
  Timer timer;
  {
    Reactor first;
    first.arm(timer, first.now() + 1h, task.waker());
  }
  EXPECT_FALSE(timer.armed()) << "its reactor has ended";
  EXPECT_EQ(task.kept(), 0);
  timer.disarm();
  Reactor second(TimeMode::virtual_time);
  second.arm(timer, second.now() + 1h, task.waker());
  EXPECT_EQ(second.wait().timers, 1);
}

// The end of a reactor on one thread, the end of its timers on another: neither may find the other
// half gone. (The sanitizers say so if one does.)
TEST(ReactorTimers, TheReactorAndItsTimersMayEndAtOnce) {
  for (int round = 0; round < 200; ++round) {
    auto reactor = std::make_unique<Reactor>();
    std::vector<Timer> timers(20);
    CountingWaker task;
    for (Timer& timer : timers) reactor->arm(timer, reactor->now() + 1h, task.waker());
    std::thread other([&] {
      for (Timer& timer : timers) timer.disarm();
    });
    reactor.reset();
    other.join();
    EXPECT_EQ(task.kept(), 0);
  }
}

}  // namespace reactor_test
}  // namespace book

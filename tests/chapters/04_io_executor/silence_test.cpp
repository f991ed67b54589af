// Silence is diagnosed: Deadlock, what it lists, and when it is not thrown.
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <string>
#include <thread>

#include "02_timer_future/sleep.h"
#include "04_io_executor/async_fd.h"
#include "04_io_executor/block_on.h"
#include "chapters/04_io_executor/helpers.h"
#include "common/atomic_waker.h"

namespace book::test {
namespace silence_test {

using namespace std::chrono_literals;

constexpr ExecutorOptions kVirtual{.time = TimeMode::virtual_time};
constexpr ExecutorOptions kReal{.time = TimeMode::real};
constexpr char kHeadline[] =
    "nothing can happen any more: every task waits, and no timer, descriptor or outside work is "
    "left.";
constexpr char kHint[] =
    "\n(a future must keep cx.waker(), where somebody will fire it, before it returns pending)";

/// Pending, and its waker is nowhere.
auto forgetful() {
  return poll_fn([](Context&) -> Poll<void> { return pending; });
}

std::string here(int line) {
  return "tests/chapters/04_io_executor/silence_test.cpp:" + std::to_string(line);
}

std::string deadlock_of(auto function) {
  try {
    function();
  } catch (const Deadlock& error) {
    return error.what();
  }
  return "no Deadlock";
}

class InEitherTime : public testing::TestWithParam<TimeMode> {
 protected:
  ExecutorOptions options() { return {.time = GetParam()}; }
};
INSTANTIATE_TEST_SUITE_P(Deadlock, InEitherTime,
                         testing::Values(TimeMode::real, TimeMode::virtual_time),
                         [](const auto& mode) {
                           return mode.param == TimeMode::real ? "RealTime" : "VirtualTime";
                         });

TEST_P(InEitherTime, AForgottenWakerIsADeadlockThatSaysWho) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(deadlock_of([&] { block_on(forgetful(), options(), "kitchen.cpp", 7); }),
            std::string(kHeadline) +
                "\n  the task spawned at kitchen.cpp:7, which waits for something it does not "
                "name; nobody holds its waker" +
                kHint);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "") << "once is enough";
}

TEST_P(InEitherTime, EveryPendingTaskIsListedOldestFirst) {
  Executor executor(options());
  executor.spawn(never<int>(), "library.cpp", 10);
  auto reader = poll_fn([](Context& cx) -> Poll<void> {
    cx.waits_for("the book on shelf", 7);
    return pending;
  });
  executor.spawn(std::move(reader), "library.cpp", 20);
  executor.spawn(yields(3));  // ends: not listed
  const std::string expected =
      std::string(kHeadline) +
      "\n  the task spawned at library.cpp:10, which waits for nothing: it waits forever; nobody "
      "holds its waker"
      "\n  the task spawned at library.cpp:20, which waits for the book on shelf 7; nobody holds "
      "its "
      "waker" +
      kHint;
  EXPECT_EQ(deadlock_of([&] { executor.run(); }), expected);
  EXPECT_EQ(executor.task_count(), 2u);
  EXPECT_EQ(deadlock_of([&] { executor.run(); }), expected) << "and again";
}

TEST_P(InEitherTime, WaitingForEverOnPurposeNeedsNoAdvice) {
  const std::string text = deadlock_of([&] { block_on(never<void>(), options()); });
  EXPECT_NE(text.find("nothing: it waits forever"), std::string::npos) << text;
  EXPECT_EQ(text.find("must keep cx.waker()"), std::string::npos) << text;
}

TEST(Deadlock, ALongListIsCutAfterTwenty) {
  Executor executor(kVirtual);
  for (int i = 0; i < 1000; ++i) executor.spawn(forgetful());
  testing::internal::CaptureStderr();  // some are reported before the last one has had its turn
  const std::string text = deadlock_of([&] { executor.run(); });
  testing::internal::GetCapturedStderr();
  std::size_t lines = 0;
  for (std::size_t at = 0; (at = text.find("the task spawned at", at)) != std::string::npos; ++at)
    ++lines;
  EXPECT_EQ(lines, 20u);
  EXPECT_NE(text.find("\n  and 980 more\n"), std::string::npos) << text;
}

TEST(Deadlock, InVirtualTimeAWakerThatSomebodyHoldsIsNoExcuse) {
  Event event;
  EXPECT_EQ(deadlock_of([&] { block_on(event.wait(), kVirtual, "kitchen.cpp", 7); }),
            std::string(kHeadline) +
                "\n  the task spawned at kitchen.cpp:7, which waits for an event; its waker is "
                "held once");
}

TEST(Deadlock, SaysHowManyHoldTheWaker) {
  Event event;
  std::vector<Waker> copies;
  const std::string text = deadlock_of([&] {
    block_on(poll_fn([&, wait = event.wait()](Context& cx) mutable {
               copies.assign(3, cx.waker());
               return wait.poll(cx);
             }),
             kVirtual);
  });
  EXPECT_NE(text.find("its waker is held 4 times"), std::string::npos) << text;
}

TEST(Deadlock, DropsTheFutureOfBlockOnButLeavesTheOtherTasks) {
  Executor executor(kVirtual);
  auto alive = std::make_shared<int>();
  Event event;
  executor.spawn(event.wait());
  EXPECT_THROW(executor.block_on(poll_fn([alive](Context&) -> Poll<int> { return pending; })),
               Deadlock);
  EXPECT_EQ(alive.use_count(), 1);
  EXPECT_EQ(executor.task_count(), 1u);
  event.set();
  executor.run();
}

TEST(Deadlock, IsNotThrownWhileATimerRuns) {
  Executor executor(kVirtual);
  executor.spawn(forgetful());
  testing::internal::CaptureStderr();
  executor.block_on(sleep(1s));
  EXPECT_NE(testing::internal::GetCapturedStderr(), "")
      << "the other task is reported, see Stranded";
  EXPECT_THROW(executor.run(), Deadlock);
}

TEST(Deadlock, IsNotThrownWhileSomebodyWaitsForADescriptor) {
  SocketPair pair;
  AsyncFd ours(pair.ours, AsyncFd::Kind::stream), theirs(pair.theirs, AsyncFd::Kind::stream);
  std::thread writer;
  block_on(poll_fn([&](Context& cx) -> Poll<void> {
             char byte;
             if (ours.poll_read(cx, {&byte, 1}).is_ready()) return Poll<void>::ready();
             // Only now: the reactor has nothing but this descriptor.
             writer = std::thread([&] { EXPECT_EQ(::write(theirs.fd(), "x", 1), 1); });
             return pending;
           }),
           kVirtual);
  writer.join();
}

TEST(OutsideWork, KeepsTheExecutorWaitingAndVirtualTimeStanding) {
  Executor executor(kVirtual);
  const Instant begin = executor.reactor().now();
  Event event;
  executor.spawn(sleep(1h));
  std::thread outside;
  Instant at_the_wake;
  executor.spawn(event.wait() | map([&] { at_the_wake = Reactor::current().now(); }));
  executor.spawn(once([&] {
    outside =
        std::thread([&event, work = Reactor::OutsideWork(Reactor::current())] { event.set(); });
  }));
  executor.run();
  outside.join();
  EXPECT_EQ(at_the_wake, begin);
  EXPECT_EQ(executor.reactor().now() - begin, 1h);
}

// Whoever sees the token gone sees the wake that came before.
TEST(OutsideWork, WokenAndThenDroppedIsNeverADeadlock) {
  for (int round = 0; round < 300; ++round) {
    Executor executor(kVirtual);
    Event event;
    std::thread outside;
    executor.spawn(event.wait());
    executor.spawn(once([&] {
      outside =
          std::thread([&event, work = Reactor::OutsideWork(Reactor::current())] { event.set(); });
    }));
    EXPECT_NO_THROW(executor.run());
    outside.join();
  }
}

TEST(OutsideWork, ThatArmsATimerAndIsThenDroppedIsNeverADeadlock) {
  for (int round = 0; round < 300; ++round) {
    Executor executor(kVirtual);
    Timer timer;
    Waker waker;
    std::thread outside;
    executor.spawn(poll_fn([&](Context& cx) -> Poll<void> {
      if (timer.fired()) return Poll<void>::ready();
      cx.store(waker, "a timer that another thread arms");
      return pending;
    }));
    executor.spawn(once([&] {
      Reactor& reactor = Reactor::current();
      outside = std::thread([&, work = Reactor::OutsideWork(reactor)] {
        reactor.arm(timer, reactor.now() + 1s, waker);
      });
    }));
    EXPECT_NO_THROW(executor.run());
    outside.join();
  }
}

TEST(OutsideWork, ThatEndsWithoutAWakeLeavesADeadlock) {
  Executor executor(kVirtual);
  Event event;
  std::thread outside;
  executor.spawn(event.wait());
  executor.spawn(
      once([&] { outside = std::thread([work = Reactor::OutsideWork(Reactor::current())] {}); }));
  EXPECT_THROW(executor.run(), Deadlock);
  outside.join();
}

/// What goes to stderr, as a pipe that another thread can wait for.
class StderrPipe {
 public:
  StderrPipe() {
    std::fflush(stderr);
    int fds[2];
    EXPECT_EQ(::pipe(fds), 0);
    read_ = fds[0];
    saved_ = ::dup(STDERR_FILENO);
    ::dup2(fds[1], STDERR_FILENO);
    ::close(fds[1]);
  }
  ~StderrPipe() {
    ::dup2(saved_, STDERR_FILENO);
    ::close(saved_);
    ::close(read_);
  }
  /// Waits until something is written.
  std::string read() {
    std::array<char, 4096> text;
    const ssize_t size = ::read(read_, text.data(), text.size());
    return std::string(text.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  }

 private:
  int read_;
  int saved_;
};

TEST(Silence, InRealTimeAWakerKeptOnAnotherThreadIsWaitedForAndSaidOnce) {
  Executor executor(kReal);
  std::atomic<int> rings{0};
  AtomicWaker bell;
  auto two_rings = poll_fn([&](Context& cx) -> Poll<void> {
    bell.store(cx.waker());
    cx.waits_for("two rings of the bell");
    return rings.load() == 2 ? Poll<void>::ready() : Poll<void>(pending);
  });
  const int line = __LINE__ + 1;
  executor.spawn(std::move(two_rings));
  StderrPipe said;
  std::string text;
  std::thread ringer([&] {
    text = said.read();  // the executor is silent, and says so
    for (int i = 0; i < 2; ++i) {
      rings.fetch_add(1);
      bell.wake();
    }
  });
  executor.run();
  ringer.join();
  EXPECT_EQ(text,
            "every task waits, and only a waker kept on another thread could go on (hold a "
            "Reactor::OutsideWork while such a thread is at work, and this is not said):\n"
            "  the task spawned at " +
                here(line) + ", which waits for two rings of the bell; its waker is held once\n");
}

TEST(Stranded, ATaskThatNobodyCanWakeIsReportedOnceWhileOthersRun) {
  Executor executor(kVirtual);
  const int line = __LINE__ + 1;
  executor.spawn(forgetful());
  executor.spawn(never<void>());  // on purpose: not reported
  testing::internal::CaptureStderr();
  for (int i = 0; i < 3; ++i) executor.block_on(sleep(1s));
  EXPECT_EQ(
      testing::internal::GetCapturedStderr(),
      "a task is pending, and nobody can wake it any more:\n  the task spawned at " + here(line) +
          ", which waits for something it does not name; nobody holds its waker" + kHint + "\n");
}

TEST(Stranded, IsReportedWhileOthersAreBusy) {
  Executor executor(kVirtual);
  executor.spawn(forgetful());
  testing::internal::CaptureStderr();
  executor.block_on(yields(1000));
  EXPECT_NE(testing::internal::GetCapturedStderr().find("nobody can wake it any more"),
            std::string::npos);
}

TEST(Stranded, SeveralAreReportedTogether) {
  Executor executor(kVirtual);
  for (int i = 0; i < 30; ++i) executor.spawn(forgetful());
  testing::internal::CaptureStderr();
  executor.block_on(sleep(1s));
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_EQ(text.find("30 tasks are pending, and nobody can wake them any more:"), 0u) << text;
  EXPECT_NE(text.find("\n  and 10 more\n"), std::string::npos) << text;
}

TEST(Stranded, ATaskWhoseLastWakerIsDroppedElsewhereIsReported) {
  Executor executor(kVirtual);
  Waker kept;
  int polls = 0;
  executor.spawn(poll_fn([&](Context& cx) -> Poll<void> {
    if (++polls == 1) cx.store(kept, "a bell");
    return pending;
  }));
  executor.spawn(sleep(1s) | map([&] { kept = Waker(); }));
  testing::internal::CaptureStderr();
  executor.block_on(sleep(2s));
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_NE(text.find("nobody can wake it any more"), std::string::npos) << text;
  EXPECT_EQ(polls, 2) << "once more, in case there is news";
}

TEST(Stranded, ATaskThatIsCancelledInTimeIsNotReported) {
  Core core;
  Task& task = core.spawn(forgetful());
  core.spawn(once([&] { task.cancel(); }));
  testing::internal::CaptureStderr();
  core.run();
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Stranded, ATaskThatWasNotedMayEndBeforeTheReport) {
  Core core;
  {
    Core inner;
    inner.spawn(forgetful());
    EXPECT_THROW(inner.run(), Deadlock);
  }  // noted, never reported: and freed
}

}  // namespace silence_test
}  // namespace book::test

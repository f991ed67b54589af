// Signals as futures and streams: none is lost, everybody is told, and the rest of the process, its
// threads and its children notice nothing. (Chapter 13)
#include "13_time/signal.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "02_timer_future/sleep.h"
#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "05_async_await/async_block.h"
#include "05_async_await/yield_now.h"
#include "07_join/join.h"
#include "08_select/select.h"
#include "10_spawning/cancellation_token.h"
#include "10_spawning/spawn.h"
#include "common/stream.h"
#include "support/async_test.h"
#include "support/child_process.h"
#include "support/contract.h"
#include "support/counting_waker.h"

namespace book {
namespace signal_test {

using namespace std::chrono_literals;

constexpr ExecutorOptions kVirtual{.time = TimeMode::virtual_time};

/// Polls by hand, on a reactor of its own.
struct Bench {
  Reactor reactor{TimeMode::virtual_time};
  Reactor::Scope scope{reactor};
  test::CountingWaker counter;
  Context cx{counter.waker()};

  template <class F>
  std::optional<int> poll(F& future) {
    Poll<int> number = future.poll(cx);
    if (number.is_pending()) return std::nullopt;
    return number.value();
  }
  std::optional<int> take(SignalStream& stream) {
    Poll<std::optional<int>> item = stream.poll_next(cx);
    if (item.is_pending()) return std::nullopt;
    return item.value();
  }
};

/// What the process does about a signal at this moment.
struct sigaction disposition(int number) {
  struct sigaction now {};
  ::sigaction(number, nullptr, &now);
  return now;
}

// --- Nothing is lost ---------------------------------------------------------------------------

TEST(Signal, ThatCameBeforeTheFirstPollIsNotLost) {
  auto usr1 = signal(SIGUSR1);
  ::raise(SIGUSR1);
  EXPECT_EQ(block_on(std::move(usr1)), SIGUSR1);
}

TEST(Signal, ThatIsRaisedByATaskIsThereAtTheSameInstant) {
  auto raise_after_an_hour = []() -> Async<int> {
    co_await sleep(1h);
    co_return ::raise(SIGUSR1);
  };
  auto wait = []() -> Async<Duration> {
    const Instant start = Reactor::current().now();
    auto first = select(signal(SIGUSR1), sleep(1h + 1ms));
    auto winner = co_await first;
    EXPECT_EQ(winner.index(), 0u) << "virtual time jumped over a signal that had come";
    co_return Reactor::current().now() - start;
  };
  const auto both = block_on(join(wait(), raise_after_an_hour()), kVirtual);
  EXPECT_EQ(std::get<0>(both), 1h);
}

Async<> cancel_at_ctrl_c(CancellationToken stop) {
  co_await signal(SIGINT);
  stop.cancel();
}

ASYNC_TEST(Signal, CancelsATokenAndAllThatListensToIt) {
  const CancellationToken stop;
  auto listening = spawn(cancel_at_ctrl_c(stop));
  co_await yield_now();
  ::raise(SIGINT);
  auto work = stop.child_token().run_until_cancelled(sleep(1h));
  const auto done = co_await work;
  EXPECT_FALSE(done);
  co_await listening;
}

TEST(Signal, WakesOnceForEachTimeItComes) {
  Bench bench;
  auto stream = signals(SIGUSR1);
  EXPECT_EQ(bench.take(stream), std::nullopt);
  bench.reactor.poll_now();  // a bell that rang before we came may be heard once
  EXPECT_EQ(bench.take(stream), std::nullopt);
  const int before = bench.counter.wakes();
  ::raise(SIGUSR1);
  EXPECT_EQ(bench.reactor.wait().io, 1);
  EXPECT_EQ(bench.counter.wakes(), before + 1);
  EXPECT_EQ(bench.take(stream), SIGUSR1);
  EXPECT_EQ(bench.take(stream), std::nullopt);
}

TEST(Signals, GiveEachOneThatCameAndNoMore) {
  Bench bench;
  auto stream = signals(SIGUSR1);
  ::raise(SIGUSR1);
  ::raise(SIGUSR1);
  EXPECT_EQ(bench.take(stream), SIGUSR1);
  EXPECT_EQ(bench.take(stream), SIGUSR1);
  EXPECT_EQ(bench.take(stream), std::nullopt);
  ::raise(SIGUSR1);
  bench.reactor.wait();
  EXPECT_EQ(bench.take(stream), SIGUSR1);
  EXPECT_FALSE(stream.is_terminated());
}

TEST(Signals, ListenToSeveralAndSayWhichItWas) {
  Bench bench;
  auto stream = signals({SIGUSR2, SIGUSR1, SIGUSR2, SIGRTMIN});
  ::raise(SIGRTMIN);
  ::raise(SIGUSR1);
  ::raise(SIGUSR2);
  EXPECT_EQ(bench.take(stream), SIGUSR2);
  EXPECT_EQ(bench.take(stream), SIGUSR1);
  EXPECT_EQ(bench.take(stream), SIGRTMIN);
  EXPECT_EQ(bench.take(stream), std::nullopt) << "one that is listed twice comes once";
}

TEST(Signals, TellEveryListenerAndNobodyOfWhatCameBefore) {
  Bench bench;
  auto first = signals(SIGUSR1);
  auto second = signals({SIGUSR1, SIGUSR2});
  ::raise(SIGUSR1);
  auto late = signals(SIGUSR1);
  EXPECT_EQ(bench.take(first), SIGUSR1);
  EXPECT_EQ(bench.take(second), SIGUSR1);
  EXPECT_EQ(bench.take(late), std::nullopt);
}

// --- Reactors and virtual time -----------------------------------------------------------------

TEST(Signal, CountsAsADescriptorWhileItIsWaitedForAndLeavesNothingBehind) {
  Bench bench;
  for (int polls = 0; polls < 4; ++polls) {
    auto usr1 = signal(SIGUSR1);
    for (int i = 0; i < polls; ++i) {
      EXPECT_EQ(bench.poll(usr1), std::nullopt);
      bench.reactor.poll_now();
    }
    if (polls == 1) {
      EXPECT_EQ(bench.cx.reason().what, std::string("signal"));
      EXPECT_EQ(bench.cx.reason().number, SIGUSR1);
    }
    if (polls > 1) {
      EXPECT_EQ(bench.reactor.waiting().io, 1u);
    }
  }
  EXPECT_TRUE(bench.reactor.waiting().nothing());
  EXPECT_EQ(bench.counter.kept(), 0);
  EXPECT_EQ(disposition(SIGUSR1).sa_handler, SIG_DFL);
}

TEST(Signal, MayGoOnInAnotherTask) {
  Bench bench;
  test::CountingWaker other;
  Context others(other.waker());
  auto stream = signals(SIGUSR1);
  EXPECT_EQ(bench.take(stream), std::nullopt);
  EXPECT_TRUE(stream.poll_next(others).is_pending());
  EXPECT_EQ(bench.counter.kept(), 0);
  ::raise(SIGUSR1);
  bench.reactor.wait();
  EXPECT_GE(other.wakes(), 1);
  EXPECT_EQ(bench.take(stream), SIGUSR1);
}

ASYNC_TEST(Signal, FromOutsideIsNotWaitedForByVirtualTime) {
  auto first = select(signal(SIGUSR1), sleep(1h));
  auto winner = co_await first;
  EXPECT_EQ(winner.index(), 1u);
}

TEST(Signal, FromOutsideIsWaitedForWhileThereIsOutsideWork) {
  Executor executor(kVirtual);
  auto stop = signal(SIGUSR1);
  std::thread outside([token = Reactor::OutsideWork(executor.reactor())] { ::raise(SIGUSR1); });
  const auto winner = executor.block_on(select(std::move(stop), sleep(1h)));
  EXPECT_EQ(winner.index(), 0u);
  outside.join();
}

TEST(Signal, ReachesTheExecutorsOfAllThreadsWhicheverThreadItStruck) {
  std::array<std::thread, 3> threads;
  std::array<int, 3> heard{};
  for (std::size_t i = 0; i < threads.size(); ++i) {
    threads[i] = std::thread([&heard, i, mine = signals({SIGUSR1, SIGUSR2})]() mutable {
      auto two = [&mine]() -> Async<int> {
        auto first = co_await next(mine);
        auto second = co_await next(mine);
        co_return *first * 100 + *second;
      };
      heard[i] = block_on(async(two));
    });
  }
  ::raise(SIGUSR1);                                     // strikes this thread
  ::pthread_kill(threads[1].native_handle(), SIGUSR1);  // and this one of theirs
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(heard, (std::array<int, 3>{1010, 1010, 1010}));
}

TEST(Signals, AreAllCountedWhileThreadsRaiseThemAndOthersComeAndGo) {
  constexpr int kEach = 500;
  auto all = signals(SIGUSR1);
  auto raise_many = [] {
    for (int i = 0; i < kEach; ++i) ::raise(SIGUSR1);
  };
  auto come_and_go = [] {
    for (int i = 0; i < kEach; ++i) {
      auto mine = signals(SIGUSR1);
      test::CountingWaker counter;
      Context cx(counter.waker());
      if (i % 2 == 0) (void)block_on(select(next(mine), sleep(0ms)));
    }
  };
  std::thread one(raise_many), two(raise_many), three(come_and_go);
  auto count = [&all]() -> Async<int> {
    int counted = 0;
    while (counted < 2 * kEach) {
      co_await next(all);
      ++counted;
    }
    co_return counted;
  };
  EXPECT_EQ(block_on(async(count)), 2 * kEach);
  one.join();
  two.join();
  three.join();
}

// --- The rest of the process -------------------------------------------------------------------

TEST(Signal, PutsBackWhatWasSetBeforeWhenItsLastListenerGoes) {
  ::signal(SIGUSR2, SIG_IGN);
  {
    std::optional<Signal> first(signal(SIGUSR2));
    auto second = signals({SIGUSR2});
    first.reset();
    EXPECT_NE(disposition(SIGUSR2).sa_handler, SIG_IGN) << "the second still listens";
    EXPECT_TRUE(disposition(SIGUSR2).sa_flags & SA_RESTART);
    const auto moved = std::move(second);
    EXPECT_NE(disposition(SIGUSR2).sa_handler, SIG_IGN) << "a moved listener listens on";
  }
  EXPECT_EQ(disposition(SIGUSR2).sa_handler, SIG_IGN);
  ::signal(SIGUSR2, SIG_DFL);
}

void somebody_elses(int) {}

TEST(Signal, LeavesAHandlerAloneThatSomebodySetMeanwhile) {
  {
    auto usr2 = signal(SIGUSR2);
    ::signal(SIGUSR2, somebody_elses);
  }
  EXPECT_EQ(disposition(SIGUSR2).sa_handler, somebody_elses);
  ::signal(SIGUSR2, SIG_DFL);
}

TEST(Signal, EndsTheProcessAgainOnceNobodyListens) {
  const auto result = test::run_in_child([] {
    (void)block_on(async([]() -> Async<> {
      auto stop = signal(SIGTERM);
      ::raise(SIGTERM);
      co_await stop;
    }));
    ::raise(SIGTERM);
    return 0;
  });
  EXPECT_EQ(result.signal, SIGTERM);
}

/// What a program that is started now finds in a line of /proc/self/status, as a number.
std::uint64_t status_of_a_new_program(const std::string& line) {
  const auto result = test::run_in_child([&] {
    const std::string script = "grep ^" + line + ": /proc/self/status";
    ::execl("/bin/sh", "sh", "-c", script.c_str(), nullptr);
    return 1;
  });
  return std::stoull(result.out.substr(line.size() + 1), nullptr, 16);
}

TEST(Signal, IsUnknownToProgramsThatAreStartedWhileWeListen) {
  auto stop = signals({SIGINT, SIGTERM, SIGUSR1});
  Bench bench;
  EXPECT_EQ(bench.take(stop), std::nullopt);
  const std::uint64_t ours = std::uint64_t{1} << (SIGINT - 1) | std::uint64_t{1} << (SIGTERM - 1) |
                             std::uint64_t{1} << (SIGUSR1 - 1);
  EXPECT_EQ(status_of_a_new_program("SigBlk") & ours, 0u);
  EXPECT_EQ(status_of_a_new_program("SigIgn") & ours, 0u);
  const auto killed = test::run_in_child([] {
    ::execl("/bin/sh", "sh", "-c", "kill -USR1 $$; echo alive", nullptr);
    return 1;
  });
  EXPECT_EQ(killed.signal, SIGUSR1) << killed.out;
}

TEST(Signal, OfAForkedChildIsNotItsParents) {
  Bench bench;
  auto usr1 = signal(SIGUSR1);
  EXPECT_EQ(bench.poll(usr1), std::nullopt);
  const auto child = test::run_in_child([] { return ::raise(SIGUSR1); });
  EXPECT_EQ(child.exit_code, 0);
  bench.reactor.poll_now();
  EXPECT_EQ(bench.poll(usr1), std::nullopt);
}

/// Fills every eventfd of this process to the brim, so that writing to one fails, or empties them.
void fill_the_bells(bool full) {
  for (int fd = 3; fd < 200; ++fd) {
    char target[64] = {};
    const std::string link = "/proc/self/fd/" + std::to_string(fd);
    if (::readlink(link.c_str(), target, sizeof target - 1) < 0) continue;
    if (std::string(target) != "anon_inode:[eventfd]") continue;
    std::uint64_t number = 0;
    [[maybe_unused]] auto moved = ::read(fd, &number, sizeof number);
    number = ~std::uint64_t{0} - 1;
    if (full) moved = ::write(fd, &number, sizeof number);
  }
}

TEST(Signal, LeavesErrnoAsItWasEvenWhenTheBellFails) {
  const auto result = test::run_in_child([] {
    Bench bench;
    auto usr1 = signal(SIGUSR1);
    fill_the_bells(true);
    errno = ENOTTY;
    ::raise(SIGUSR1);
    const bool kept = errno == ENOTTY;
    fill_the_bells(false);  // a child's bells are its parent's
    return kept && bench.poll(usr1) == SIGUSR1 ? 0 : 3;
  });
  EXPECT_EQ(result.exit_code, 0);
}

// --- Misuse, and the contract ------------------------------------------------------------------

std::string refusal(std::initializer_list<int> numbers) {
  try {
    (void)signals(numbers);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "not refused";
}

TEST(Signal, RefusesWhatNobodyCanWaitForInOneLine) {
  EXPECT_EQ(refusal({SIGKILL}), "signal(SIGKILL): no program can catch it");
  EXPECT_EQ(refusal({SIGSTOP}), "signal(SIGSTOP): no program can catch it");
  for (int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT}) {
    EXPECT_EQ(refusal({fault}), "signal(" + signal_name(fault) +
                                    "): it reports a fault of the code that runs, which cannot "
                                    "go on");
  }
  EXPECT_EQ(refusal({0}), "signal(signal 0): there is no such signal");
  EXPECT_EQ(refusal({-3}), "signal(signal -3): there is no such signal");
  EXPECT_EQ(refusal({32}), "signal(signal 32): there is no such signal");
  EXPECT_EQ(refusal({65}), "signal(signal 65): there is no such signal");
  EXPECT_EQ(refusal({}), "signal({}) would wait forever");
  EXPECT_EQ(refusal({SIGUSR1, SIGKILL}), "signal(SIGKILL): no program can catch it");
  EXPECT_EQ(disposition(SIGUSR1).sa_handler, SIG_DFL) << "half of a refused list was kept";
}

TEST(Signal, HasAName) {
  EXPECT_EQ(signal_name(SIGINT), "SIGINT");
  EXPECT_EQ(signal_name(SIGRTMIN + 2), "signal " + std::to_string(SIGRTMIN + 2));
}

TEST(Signal, KeepsTheContract) {
  const auto keeps_the_process_alive = signal(SIGUSR1);
  Reactor reactor(TimeMode::virtual_time);
  const Reactor::Scope scope(reactor);
  auto came = [](std::optional<int> number) { return number == SIGUSR1; };
  auto strike = [&] {
    ::raise(SIGUSR1);
    reactor.poll_now();
  };
  auto untouched = [&] { return reactor.waiting().nothing(); };
  test::expect_contract([&] { return test::subject(signal(SIGUSR1), strike); },
                        {.event_inside_poll = true, .untouched = untouched}, came);
  test::expect_contract([&] { return test::subject(next(signals(SIGUSR1)), strike); },
                        {.event_inside_poll = true, .untouched = untouched}, came);
  test::expect_contract(
      [&] {
        auto made = signal({SIGUSR2, SIGUSR1});
        ::raise(SIGUSR1);
        return test::subject(std::move(made));
      },
      {.ready_at_once = true}, came);
}

}  // namespace signal_test
}  // namespace book

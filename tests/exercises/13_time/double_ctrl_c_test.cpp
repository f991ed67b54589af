#include "exercise/double_ctrl_c.h"

#include <gtest/gtest.h>

#include <chrono>
#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "02_timer_future/sleep.h"
#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "05_async_await/async_block.h"
#include "07_join/join.h"

namespace book {
namespace exercise {

void PrintTo(Ending ending, std::ostream* out) {
  constexpr const char* kNames[] = {"finished", "asked_to_stop", "stopped_at_once"};
  *out << kNames[static_cast<int>(ending)];
}

}  // namespace exercise

namespace {

using namespace std::chrono_literals;
using exercise::Ending;

/// Counts those that are alive.
struct Alive {
  explicit Alive(int& counter) : count(counter) { ++count; }
  Alive(const Alive&) = delete;
  Alive& operator=(const Alive&) = delete;
  ~Alive() { --count; }
  int& count;
};

/// Ten steps, and after each a look whether to go on.
Async<> steps(Duration each, const bool& please_stop, int& alive) {
  const Alive one(alive);
  for (int i = 0; i < 10 && !please_stop; ++i) co_await sleep(each);
}

Async<> press(std::vector<Duration> times) {
  const Instant start = Reactor::current().now();
  for (const Duration time : times) {
    co_await sleep_until(start + time);
    ::raise(SIGINT);
  }
}

struct Result {
  Ending ending;
  std::chrono::milliseconds at;
  bool asked;
  int alive;  ///< the work, when run_until_stopped has returned
};

Async<Result> run(Duration each) {
  const Instant start = Reactor::current().now();
  bool please_stop = false;
  int alive = 0;
  auto running = exercise::run_until_stopped(steps(each, please_stop, alive), please_stop);
  const Ending ending = co_await std::move(running);
  const Duration passed = Reactor::current().now() - start;
  co_return Result{ending, std::chrono::round<std::chrono::milliseconds>(passed), please_stop,
                   alive};
}

/// Ten steps of this length, and Ctrl-C at these times.
Result run_with(Duration each, std::vector<Duration> presses) {
  const auto survives_deaf_answers = signal(SIGINT);
  auto both = join(run(each), press(std::move(presses)));
  try {
    const auto ended = block_on(std::move(both), {.time = TimeMode::virtual_time});
    return std::get<0>(ended);
  } catch (const std::logic_error& error) {
    throw std::logic_error(
        std::string("A select owned the work, and after that round there was none left. Fuse the "
                    "work once, before the loop, and give each select its name, without "
                    "std::move: ") +
        error.what());
  }
}

TEST(DoubleCtrlC, LeavesWorkAloneThatNobodyInterrupts) {
  const Result result = run_with(1s, {});
  EXPECT_EQ(result.ending, Ending::finished) << "Nobody asked it to stop.";
  EXPECT_EQ(result.at, 10s) << "Ten steps of a second, and nobody interrupted them.";
  EXPECT_FALSE(result.asked) << "There was no SIGINT, so please_stop stays as it was.";
}

TEST(DoubleCtrlC, AsksTheWorkToStopAndLetsItFinishItsStep) {
  const Result result = run_with(1s, {2500ms});
  EXPECT_TRUE(result.asked) << "Nobody asked the work to stop. The first SIGINT sets please_stop.";
  EXPECT_EQ(result.ending, Ending::asked_to_stop)
      << "The work has ended by itself, but only because it was asked: somebody wants to know.";
  EXPECT_EQ(result.at, 3s)
      << "SIGINT came at 2500 ms, in the middle of the third step. The work finishes that step, "
         "sees the flag and ends, at 3000 ms. Go on awaiting it until then, and no longer.";
}

TEST(DoubleCtrlC, StopsAtOnceAtTheSecond) {
  const Result result = run_with(10s, {3s, 4s});
  EXPECT_EQ(result.ending, Ending::stopped_at_once) << "A second SIGINT came a second later.";
  EXPECT_EQ(result.at, 4s)
      << "The second SIGINT came at 4000 ms. Return then; do not wait for the work any more.";
  EXPECT_EQ(result.alive, 0) << "The work was to be dropped, and it is alive.";
}

TEST(DoubleCtrlC, HearsTwoThatComeTogether) {
  const Result result = run_with(10s, {3s, 3s});
  EXPECT_EQ(result.ending, Ending::stopped_at_once)
      << "Two signals came at the same moment. While the first was handled, nobody was listening "
         "for the second: a listener hears what comes while it lives.";
}

TEST(DoubleCtrlC, TakesOneThatComesLateForAFirst) {
  const Result late = run_with(10s, {3s, 6s});
  EXPECT_EQ(late.ending, Ending::asked_to_stop) << "Three seconds later it is a first one again.";
  EXPECT_EQ(late.at, 10s) << "Asked twice, the work ends with the step that it was in.";
  const Result third = run_with(10s, {3s, 6s, 7s});
  EXPECT_EQ(third.ending, Ending::stopped_at_once)
      << "After a late one, the two seconds run anew: a third one came a second after it.";
  EXPECT_EQ(third.at, 7s) << "The third SIGINT came at 7000 ms. Return then.";
}

}  // namespace
}  // namespace book

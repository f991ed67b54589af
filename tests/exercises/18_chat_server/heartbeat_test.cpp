#include "exercise/heartbeat.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <vector>

#include "02_timer_future/sleep.h"
#include "04_io_executor/executor.h"
#include "05_async_await/async.h"
#include "10_spawning/timeout.h"

namespace book {
namespace {

using namespace std::chrono_literals;
using Seconds = std::vector<int>;

/// A connection whose other side does as the test says.
struct Line {
  Instant heard() const { return heard_; }
  Instant ponged() const { return ponged_; }
  void ping() { pings.push_back(second()); }

  int second() const { return static_cast<int>((Reactor::current().now() - start) / 1s); }

  Instant start = Reactor::current().now();
  Instant heard_ = start, ponged_ = start;
  Seconds pings = {};
};

struct Seen {
  Seconds pings;
  int end = -1;  ///< the second in which it ended; -1: not within ten minutes
};

Async<> other_side(Line& line, const Seconds& talks, const Seconds& pongs) {
  for (int second = 0; second < 600; ++second) {
    for (const int at : talks)
      if (at == second) line.heard_ = Reactor::current().now();
    for (const int at : pongs)
      if (at == second) line.heard_ = line.ponged_ = Reactor::current().now();
    co_await sleep_until(line.start + (second + 1) * 1s);
  }
}

Async<> watches(Line& line, Seen& seen) {
  auto watch = timeout(600s, exercise::heartbeat(line, 30s, 10s));
  const auto ended = co_await watch;
  if (ended) seen.end = line.second();
  seen.pings = line.pings;
}

/// Silence of 30 seconds, and 10 for an answer.
Seen run(const Seconds& talks, const Seconds& pongs) {
  Executor executor({.time = TimeMode::virtual_time, .seed = {}});
  Reactor::Scope scope(executor.reactor());
  Line line;
  Seen seen;
  executor.spawn(other_side(line, talks, pongs));
  executor.block_on(watches(line, seen));
  return seen;
}

TEST(Heartbeat, AsksBeforeItEnds) {
  const Seen seen = run({}, {});
  EXPECT_FALSE(seen.pings.empty()) << "It gave up on one that it had never asked.";
  EXPECT_EQ(seen.end, 40) << "After 30 seconds it asks, and 10 seconds later it is over. (-1 is "
                             "never.)";
  EXPECT_EQ(seen.pings, (Seconds{30})) << "One question, after 30 seconds of silence.";
}

TEST(Heartbeat, CountsFromTheLastByte) {
  const Seen seen = run({5}, {});
  EXPECT_NE(seen.pings.at(0), 30)
      << "They said something at 5, and were asked at 30 all the same: look again before you ask.";
  EXPECT_EQ(seen.pings, (Seconds{35})) << "The last byte came at 5: 30 seconds from then.";
  EXPECT_EQ(seen.end, 45);
}

TEST(Heartbeat, DoesNotAskOneWhoTalks) {
  const Seen seen = run({15, 40, 60}, {});
  EXPECT_EQ(seen.pings, (Seconds{90}))
      << "They talked at 15, 40 and 60. Silence begins with the last byte.";
  EXPECT_EQ(seen.end, 100);
}

TEST(Heartbeat, GoesOnWhenAnAnswerComes) {
  const Seen seen = run({}, {32});
  EXPECT_GE(seen.pings.size(), 2u) << "The pong at 32 is life: from there it starts anew.";
  EXPECT_NE(seen.end, -1) << "One pong, at 32, does not answer the ping of 62 and all others.";
  EXPECT_EQ(seen.pings, (Seconds{30, 62}))
      << "The last byte was the pong at 32: the next question comes 30 seconds after it.";
  EXPECT_EQ(seen.end, 72);
}

TEST(Heartbeat, TakesAnyByteForLife) {
  const Seen seen = run({33}, {});
  EXPECT_EQ(seen.pings, (Seconds{30, 63}))
      << "No pong came, but a line did: who talks is alive, and was thrown out.";
  EXPECT_EQ(seen.end, 73);
}

TEST(Heartbeat, MayBeDroppedAnywhere) {
  Executor executor({.time = TimeMode::virtual_time, .seed = {}});
  Reactor::Scope scope(executor.reactor());
  for (const Duration after : {Duration(0s), Duration(10s), Duration(35s)}) {
    Line line;
    executor.block_on(timeout(after, exercise::heartbeat(line, 30s, 10s)));
    EXPECT_EQ(executor.reactor().waiting().timers, 0u) << "It has left a timer behind.";
  }
}

}  // namespace
}  // namespace book

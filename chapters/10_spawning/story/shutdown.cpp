#include "10_spawning/story/shutdown.h"

#include <fmt/format.h>

#include <chrono>
#include <exception>

#include "02_timer_future/sleep.h"
#include "08_select/ticks.h"
#include "10_spawning/cancellation_token.h"
#include "10_spawning/join_set.h"
#include "10_spawning/spawn.h"
#include "10_spawning/timeout.h"
#include "common/program/narrator.h"
#include "common/stream.h"

namespace book::story {
namespace {

using namespace std::chrono_literals;

/// Says how a visitor ends: a destructor sees it in every case.
class Leaving {
 public:
  Leaving(int visitor, Instant start) : visitor_(visitor), start_(start) {}
  Leaving(const Leaving&) = delete;
  Leaving& operator=(const Leaving&) = delete;
  ~Leaving() { say(start_, fmt::format("  visitor {} leaves", visitor_)); }

 private:
  int visitor_;
  Instant start_;
};

/// Asks again and again, with a pause of 20 ms before each request. The token ends the pauses, not
/// the requests.
Async<> visit(int visitor, Duration request, CancellationToken closing, Instant start) {
  const Leaving leaving(visitor, start);
  for (int number = 1;; ++number) {
    auto pause = closing.run_until_cancelled(sleep(20ms));
    const auto another = co_await pause;
    if (!another) co_return;
    co_await sleep(request);  // the answer is being made: the token is not asked
    say(start, fmt::format("  visitor {}: answer {}", visitor, number));
  }
}

/// Ends when the last of them has left. Whatever one has thrown, the others are waited for.
Async<> all_gone(JoinSet<void>& visitors, Instant start) {
  for (;;) {
    try {
      const auto left = co_await visitors.join_next();
      if (!left) break;
    } catch (const std::exception& error) {
      say(start, fmt::format("  a visit ended badly: {}", error.what()));
    }
  }
}

Async<> give_the_order(CancellationToken closing, Instant start) {
  co_await sleep(325ms);
  say(start, "the order to close");
  closing.cancel();
}

}  // namespace

Async<> shut_down_gracefully(Instant start) {
  const CancellationToken closing;
  JoinSet<void> visitors;
  spawn(give_the_order(closing, start));

  // Step 1: admit nobody any more.
  Ticks arrivals(100ms, 9);
  for (;;) {
    auto at_the_door = closing.run_until_cancelled(next(arrivals));
    const auto arrival = co_await at_the_door;
    if (!arrival || !*arrival) break;
    const int visitor = **arrival;
    say(start, fmt::format("visitor {} comes in", visitor));
    visitors.spawn(visit(visitor, visitor * visitor * 50ms, closing, start));
  }
  say(start, fmt::format("the door is shut, {} are inside", visitors.size()));

  // Step 2: let them finish what they began, but not forever.
  auto grace = timeout(200ms, all_gone(visitors, start));
  const auto everybody = co_await grace;

  // Step 3: who is still there is put out.
  if (!everybody) {
    say(start, fmt::format("the grace is over, {} is put out", visitors.size()));
    co_await visitors.shutdown();
  }
  say(start, "the lights go out");
}

}  // namespace book::story

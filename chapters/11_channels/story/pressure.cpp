#include "11_channels/story/pressure.h"

#include <fmt/format.h>

#include <chrono>
#include <string>
#include <utility>

#include "02_timer_future/sleep.h"
#include "07_join/join.h"
#include "10_spawning/spawn.h"
#include "11_channels/mpsc.h"
#include "common/program/narrator.h"

namespace book::story {
namespace {

using namespace std::chrono_literals;

Async<> sends_three(Sender<std::string> tx, char name, Instant start) {
  for (int i = 1; i <= 3; ++i) {
    const std::string item = fmt::format("{}{}", name, i);
    const long before = elapsed_ms(start);
    co_await tx.send(item);
    const long waited = elapsed_ms(start) - before;
    say(start, waited == 0 ? fmt::format("{} is in", item)
                           : fmt::format("{} is in, after a wait of {} ms", item, waited));
  }
}

Async<> takes_its_time(Receiver<std::string> rx, Instant start) {
  for (;;) {
    auto item = co_await next(rx);
    if (!item) break;
    say(start, fmt::format("              took {}", *item));
    co_await sleep(100ms);
  }
}

// ---- in vain --------------------------------------------------------------

struct Tally {
  int computed = 0;
  int arrived = 0;
};

Async<int> compute_page(Tally& tally) {
  co_await sleep(10ms);
  co_return ++tally.computed;
}

Async<> computes_first(Sender<int> tx, Tally& tally) {
  try {
    for (;;) {
      const int page = co_await compute_page(tally);
      co_await tx.send(page);
    }
  } catch (const ChannelClosed&) {
  }
}

Async<> reserves_first(Sender<int> tx, Tally& tally) {
  try {
    for (;;) {
      Permits<int> room = co_await tx.reserve();
      int page = co_await compute_page(tally);
      room.send(std::move(page));
    }
  } catch (const ChannelClosed&) {
  }
}

Async<> wants_two(Receiver<int> rx, Tally& tally) {
  for (int i = 0; i < 2; ++i) {
    (void)co_await next(rx);
    ++tally.arrived;
    if (i == 0) co_await sleep(100ms);
  }
}

Async<> in_vain(Async<> (*produce)(Sender<int>, Tally&), Instant start) {
  Tally tally;
  auto ends = channel<int>(1);
  co_await join(produce(std::move(ends.sender), tally), wants_two(std::move(ends.receiver), tally));
  say(start, fmt::format("{} pages arrived, {} were computed", tally.arrived, tally.computed));
}

// ---- the end --------------------------------------------------------------

Async<> sends_until_it_is_closed(Sender<int> tx, Instant start) {
  int item = 1;
  try {
    for (;; ++item) {
      co_await tx.send(item);
      co_await sleep(20ms);
    }
  } catch (const ChannelClosed& closed) {
    say(start, fmt::format("  sending {}: {}", item, closed.what()));
  }
}

Async<> has_a_permit(Sender<int> tx, Instant start) {
  Permits<int> permit = co_await tx.reserve();
  co_await sleep(150ms);
  permit.send(100);
  say(start, "  the permit is used: 100 is in");
}

// ---- the traps ------------------------------------------------------------

Async<> sends_everything_twice(Sender<int> to, Receiver<int> from) {
  for (;;) {
    auto item = co_await next(from);
    if (!item) break;
    co_await to.send(*item);
    co_await to.send(*item);
  }
}

}  // namespace

Async<> two_senders_one_slow_receiver(Instant start) {
  auto ends = channel<std::string>(2);
  Sender<std::string> second = ends.sender;
  co_await join(sends_three(std::move(ends.sender), 'a', start),
                sends_three(std::move(second), 'b', start),
                takes_its_time(std::move(ends.receiver), start));
}

Async<> compute_then_send(Instant start) { return in_vain(computes_first, start); }
Async<> reserve_then_compute(Instant start) { return in_vain(reserves_first, start); }

Async<> a_graceful_end(Instant start) {
  auto ends = channel<int>(4);
  auto with_permit = spawn(has_a_permit(ends.sender, start));
  auto without = spawn(sends_until_it_is_closed(std::move(ends.sender), start));
  co_await sleep(50ms);
  ends.receiver.close();
  say(start, fmt::format("closed, with {} items in it", ends.receiver.size()));
  for (;;) {
    auto item = co_await next(ends.receiver);
    if (!item) break;
    say(start, fmt::format("received {}", *item));
  }
  say(start, "the end");
  co_await with_permit;
  co_await without;
}

Async<> waits_for_its_own_sender(Instant start) {
  auto ends = channel<std::string>(8);
  auto& [tx, rx] = ends;
  co_await sends_three(tx, 'a', start);
  for (;;) {
    auto item = co_await next(rx);  // tx is a local of this very function
    if (!item) break;
    say(start, fmt::format("took {}", *item));
  }
  say(start, "the end");
}

Async<> in_a_circle(Instant start) {
  auto left = channel<int>(2);
  auto right = channel<int>(2);
  co_await left.sender.send(1);
  say(start, "one item goes round between two tasks, and comes back twice each time");
  auto there = spawn(sends_everything_twice(std::move(right.sender), std::move(left.receiver)));
  auto back = spawn(sends_everything_twice(std::move(left.sender), std::move(right.receiver)));
  co_await there;
  co_await back;
}

}  // namespace book::story

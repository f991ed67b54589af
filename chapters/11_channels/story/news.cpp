#include "11_channels/story/news.h"

#include <fmt/format.h>

#include <chrono>
#include <string>
#include <utility>

#include "02_timer_future/sleep.h"
#include "10_spawning/spawn.h"
#include "11_channels/broadcast.h"
#include "11_channels/watch.h"
#include "common/program/narrator.h"

namespace book::story {
namespace {

using namespace std::chrono_literals;

/// Hears one item, or why there is none. The first thing it hears gives it something to think
/// about.
Async<> listens(const char* who, BroadcastReceiver<int> rx, Duration thinks, Instant start) {
  std::string heard;
  for (bool ended = false; !ended;) {
    try {
      auto item = co_await next(rx);
      ended = !item;
      if (item) heard += fmt::format(" {}", *item);
    } catch (const Lagged& lagged) {
      heard += fmt::format(" ({} missed)", lagged.missed());
    }
    const Duration pause = std::exchange(thinks, 0ms);
    if (pause > 0ms) co_await sleep(pause);
  }
  say(start, fmt::format("{} heard{}, and the end", who, heard));
}

Async<> looks_when_it_can(WatchReceiver<int> thermometer, Instant start) {
  say(start, fmt::format("it was {} degrees before", *thermometer.get()));
  int seen = 0;
  for (;;) {
    auto degrees = co_await next(thermometer);
    if (!degrees) break;
    ++seen;
    say(start, fmt::format("drawing {} degrees", **degrees));
    co_await sleep(100ms);
  }
  say(start, fmt::format("5 values sent, {} seen", seen));
}

}  // namespace

Async<> a_slow_listener(Instant start) {
  auto ends = broadcast<int>(4);
  auto quick = spawn(listens("the quick one", ends.sender.subscribe(), 0ms, start));
  auto slow = spawn(listens("the slow one ", std::move(ends.receiver), 150ms, start));
  for (int item = 1; item <= 8; ++item) {
    ends.sender.send(item);
    co_await sleep(20ms);
  }
  { const auto gone = std::move(ends.sender); }
  co_await quick;
  co_await slow;
}

Async<> a_thermometer(Instant start) {
  auto ends = watch(15);
  auto looking = spawn(looks_when_it_can(std::move(ends.receiver), start));
  for (int degrees = 16; degrees <= 20; ++degrees) {
    co_await sleep(20ms);
    ends.sender.send(degrees);
  }
  { const auto gone = std::move(ends.sender); }
  co_await looking;
}

}  // namespace book::story

#include "12_sync/story/signals.h"

#include <fmt/format.h>

#include <array>
#include <chrono>

#include "02_timer_future/sleep.h"
#include "07_join/join.h"
#include "10_spawning/spawn.h"
#include "12_sync/barrier.h"
#include "12_sync/notify.h"
#include "common/program/narrator.h"

namespace book::story {
namespace {

using namespace std::chrono_literals;

Async<> waits(Notify& bell, const char* who, Instant start) {
  const long before = elapsed_ms(start);
  co_await bell.notified();
  const long waited = elapsed_ms(start) - before;
  say(start, waited == 0 ? fmt::format("{} goes on at once", who)
                         : fmt::format("{} goes on, after a wait of {} ms", who, waited));
}

Async<> rings(Notify& bell, Instant start) {
  co_await sleep(20ms);
  say(start, "notify_one()");
  bell.notify_one();
  co_await sleep(20ms);
  say(start, "notify_all()");
  bell.notify_all();
}

Async<> walks(Barrier& stop, const char* who, std::array<Duration, 2> stages, Instant start) {
  for (const Duration stage : stages) {
    co_await sleep(stage);
    say(start, fmt::format("{} is there", who));
    const bool leads = co_await stop.wait();
    if (leads) say(start, fmt::format("all are there, and {} pays for the ice cream", who));
  }
}

// ---- the trap -------------------------------------------------------------

struct Door {
  bool open = false;
  Notify news;
};

Async<> opens(Door& door, Instant start) {
  co_await sleep(10ms);
  door.open = true;
  door.news.notify_all();
  say(start, "the door opens, and all are told");
}

Async<> goes_in(Door& door, Instant start) {
  if (!door.open) {
    say(start, "the visitor finds it closed, and writes that down");
    co_await sleep(20ms);
    co_await door.news.notified();
  }
  say(start, "the visitor goes in");
}

}  // namespace

Async<> one_is_kept_and_all_is_not(Instant start) {
  Notify bell;
  say(start, "nobody waits: notify_one(), and once more");
  bell.notify_one();
  bell.notify_one();
  co_await waits(bell, "the first", start);
  co_await join(waits(bell, "the second", start), waits(bell, "the third", start),
                waits(bell, "the fourth", start), rings(bell, start));
  say(start, "nobody waits: notify_all()");
  bell.notify_all();
  auto late = spawn(waits(bell, "the fifth", start));
  co_await sleep(20ms);
  say(start, "notify_one()");
  bell.notify_one();
  co_await late;
}

Async<> a_walk_in_stages(Instant start) {
  Barrier stop(3);
  const std::array<Duration, 2> anna{30ms, 10ms}, ben{10ms, 40ms}, cleo{20ms, 20ms};
  co_await join(walks(stop, "anna", anna, start), walks(stop, "ben", ben, start),
                walks(stop, "cleo", cleo, start));
}

Async<> looks_and_then_asks(Instant start) {
  Door door;
  co_await join(goes_in(door, start), opens(door, start));
}

}  // namespace book::story

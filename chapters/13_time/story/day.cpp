#include "13_time/story/day.h"

#include <fmt/format.h>

#include <chrono>
#include <string>

#include "02_timer_future/sleep.h"
#include "07_join/join.h"
#include "13_time/interval.h"

namespace book::story {
namespace {

using namespace std::chrono_literals;

/// The face of a clock, one of the 24 that Unicode has: a full hour or a half.
std::string face(std::chrono::minutes of_day) {
  const long halves = of_day / 30min % 24;
  const long hour = (halves / 2 + 11) % 12;  // the first face shows one o'clock
  const long last = 0x90 + hour + (halves % 2 != 0 ? 12 : 0);
  return std::string("\xF0\x9F\x95") + static_cast<char>(last);
}

/// The lighthouse's clock.
class Day {
 public:
  explicit Day(Instant six) : midnight_(six - 6h) {}

  Instant at(Duration of_day) const { return midnight_ + of_day; }

  void say(const char* what) const {
    const auto minutes =
        std::chrono::floor<std::chrono::minutes>(Reactor::current().now() - midnight_) % 24h;
    fmt::print("   {} {:02}:{:02}  {}\n", face(minutes), minutes / 1h, minutes % 1h / 1min, what);
  }

 private:
  Instant midnight_;
};

Async<> lamp(const Day& day) {
  co_await sleep_until(day.at(19h + 30min));
  day.say("the lamp is lit");
  co_await sleep_until(day.at(29h + 30min));
  day.say("the lamp is put out");
}

Async<> clockwork(const Day& day) {
  auto hours = interval_at(day.at(8h), 4h);
  for (int times = 0; times < 6; ++times) {
    co_await next(hours);
    day.say("the clockwork is wound");
  }
}

Async<> ship(const Day& day) {
  co_await sleep_until(day.at(27h + 10min));
  day.say("a ship passes, and sounds its horn");
}

}  // namespace

Async<> day_at_the_lighthouse() {
  const Day day(Reactor::current().now());
  day.say("the keeper gets up");
  auto all = join(lamp(day), clockwork(day), ship(day));
  co_await all;
  co_await sleep_until(day.at(30h));
  day.say("and gets up again");
}

}  // namespace book::story

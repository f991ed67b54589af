#include "13_time/story/stopping.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <utility>

#include "02_timer_future/sleep.h"
#include "07_join/join.h"
#include "08_select/fuse.h"
#include "08_select/select.h"
#include "10_spawning/timeout.h"
#include "common/program/narrator.h"
#include "common/stream.h"

namespace book::story {
namespace {

using namespace std::chrono_literals;

struct Step {
  const char* name;
  Duration takes;
};
constexpr std::array kOrder{Step{"ask for the price", 300ms}, Step{"pay", 500ms},
                            Step{"print the receipt", 400ms}};

Async<> take(Step step) { co_await sleep(step.takes); }

void say_how_it_went(Instant start, Step step, bool in_time) {
  say(start, fmt::format("{}{}", step.name, in_time ? "" : ": too late"));
}

Async<> pack(int number, Instant start) {
  say(start, fmt::format("parcel {}", number));
  co_await sleep(100ms);
}

Async<> press_ctrl_c(Instant start) {
  co_await sleep(250ms);
  say(start, "^C");
  ::raise(SIGINT);
}

/// Another listener, anywhere in the program.
Async<> keep_log(Instant start) {
  auto stop = signals({SIGINT, SIGTERM});
  auto number = co_await next(stop);
  const Instant then = Reactor::current().now();
  co_await sleep(100ms);
  say(start, fmt::format("the log: {} at {} ms", signal_name(*number), (then - start) / 1ms));
}

}  // namespace

Async<> order_with_timeouts(Instant start) {
  for (const Step step : kOrder) {
    auto limited = timeout(600ms, take(step));
    auto done = co_await limited;
    say_how_it_went(start, step, done.has_value());
  }
}

Async<> order_with_deadline(Instant start) {
  const Instant deadline = start + 1s;
  for (const Step step : kOrder) {
    auto limited = timeout_at(deadline, take(step));
    auto done = co_await limited;
    say_how_it_went(start, step, done.has_value());
  }
}

Async<> pack_until(Signal ctrl_c, Instant start) {
  auto stop = fuse(std::move(ctrl_c));
  bool stopping = false;
  auto on_stop = [&](int number) {
    say(start, fmt::format("{}: this parcel, and no more", signal_name(number)));
    stopping = true;
  };
  auto packed = [] {};
  int parcels = 0;
  while (!stopping) {
    auto parcel = fuse(pack(++parcels, start));
    while (!parcel.is_terminated()) {
      auto first = select(on(stop, on_stop), on(parcel, packed));
      co_await first;
    }
  }
  say(start, "the last parcel is packed");
}

Async<> pack_and_press_ctrl_c(Instant start) {
  auto all = join(pack_until(signal(SIGINT), start), keep_log(start), press_ctrl_c(start));
  co_await all;
}

Async<> pack_deafly(Instant start) {
  auto on_stop = [](int) { return false; };
  auto packed = [] { return true; };
  bool more = true;
  for (int number = 1; more; ++number) {
    {
      auto stop = signal(SIGINT);  // the mistake: a new listener for each parcel
      auto first = select(on(stop, on_stop), on(pack(number, start), packed));
      more = co_await first;
    }  // ... and here it is destroyed
    say(start, "^C");
    std::fflush(stdout);
    ::raise(SIGINT);
  }
}

}  // namespace book::story

#include "08_select/story/run_loop.h"

#include <fmt/format.h>

#include <chrono>

#include "02_timer_future/sleep.h"
#include "08_select/fuse.h"
#include "08_select/futures_unordered.h"
#include "08_select/select.h"
#include "08_select/ticks.h"
#include "common/program/narrator.h"
#include "common/stream.h"

namespace book::story {
namespace {

using namespace std::chrono_literals;

Async<int> get_new_number(int number) {
  Duration takes = 30ms;
  if (number == 2) takes = 130ms;
  co_await sleep(takes);
  co_return number;
}

/// Says so when it is dropped before its end.
class Witness {
 public:
  Witness(Instant start, int run) : start_(start), run_(run) {}
  Witness(const Witness&) = delete;
  ~Witness() {
    if (!ended) say(start_, fmt::format("   run {} dropped", run_));
  }
  bool ended = false;

 private:
  Instant start_;
  int run_;
};

Async<int> run_on(int number, Instant start) {
  say(start, fmt::format("   run {} begins", number));
  Witness witness(start, number);
  co_await sleep(150ms);
  witness.ended = true;
  co_return number;
}

}  // namespace

Async<> newest_run_only(Instant start) {
  Ticks ticks(100ms, 4);
  int number = 0;
  auto fetch = Fuse<Async<int>>::terminated();
  auto run = fuse(run_on(number, start));

  auto on_tick = [&](int tick) {
    const bool idle = fetch.is_terminated();
    say(start, fmt::format("tick {}{}", tick, idle ? "" : ": still fetching"));
    if (idle) fetch.set(get_new_number(++number));
    return true;
  };
  auto on_number = [&](int fetched) {
    say(start, fmt::format("number {}", fetched));
    run.set(run_on(fetched, start));
    return true;
  };
  auto on_end = [&](int ended) {
    say(start, fmt::format("   run {} ends", ended));
    return true;
  };
  auto all_done = [] { return false; };

  for (;;) {
    auto round = select(on(select_next_some(ticks), on_tick), on(fetch, on_number), on(run, on_end),
                        complete(all_done));
    const bool more = co_await round;
    if (!more) break;
  }
  say(start, "all is done");
}

Async<> every_run(Instant start) {
  Ticks ticks(100ms, 4);
  int number = 0;
  auto fetch = Fuse<Async<int>>::terminated();
  FuturesUnordered<Async<int>> runs;
  runs.push(run_on(number, start));

  auto on_tick = [&](int tick) {
    const bool idle = fetch.is_terminated();
    say(start, fmt::format("tick {}{}", tick, idle ? "" : ": still fetching"));
    if (idle) fetch.set(get_new_number(++number));
    return true;
  };
  auto on_number = [&](int fetched) {
    say(start, fmt::format("number {}", fetched));
    runs.push(run_on(fetched, start));
    return true;
  };
  auto on_end = [&](int ended) {
    say(start, fmt::format("   run {} ends, {} under way", ended, runs.size()));
    return true;
  };
  auto all_done = [] { return false; };

  for (;;) {
    auto round = select(on(select_next_some(ticks), on_tick), on(fetch, on_number),
                        on(select_next_some(runs), on_end), complete(all_done));
    const bool more = co_await round;
    if (!more) break;
  }
  say(start, "all is done");
}

}  // namespace book::story

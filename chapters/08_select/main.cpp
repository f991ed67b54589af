// The first of several: races, a loop that counts to ten, a fair choice, streams, a run loop, and
// a read that loses more than the race. README.md walks through it.
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <stdexcept>
#include <string>

#include "02_timer_future/sleep.h"
#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "05_async_await/simple_futures.h"
#include "08_select/fuse.h"
#include "08_select/race.h"
#include "08_select/select.h"
#include "08_select/story/lost_bytes.h"
#include "08_select/story/run_loop.h"
#include "08_select/ticks.h"
#include "common/program/chapter.h"
#include "common/program/narrator.h"
#include "common/stream.h"
#include "common/trace.h"

namespace book::story {
namespace {

using namespace std::chrono_literals;

Async<> task(std::string name, Duration takes, Instant start) {
  say(start, fmt::format("task {} begins", name));
  co_await sleep(takes);
  say(start, fmt::format("task {} ends", name));
}

Async<> race_tasks(Instant start) {
  auto one = [&] { say(start, "task one completed first"); };
  auto two = [&] { say(start, "task two completed first"); };
  auto first = select(on(task("one", 300ms, start), one), on(task("two", 200ms, start), two));
  co_await first;
}

Async<> race_and_wait(Instant start) {
  auto one = task("one", 300ms, start);
  auto two = task("two", 200ms, start);
  auto first = select(one, two);
  const auto winner = co_await first;
  say(start, fmt::format("number {} has won", winner.index() + 1));
  co_await one;
}

Async<int> count() {
  auto a = fuse(ready(4));
  auto b = fuse(ready(6));
  int total = 0;

  auto add = [&](int value) {
    total += value;
    fmt::print("   {} makes {}\n", value, total);
    return true;
  };
  auto all_done = [] { return false; };

  for (;;) {
    auto round = select(on(a, add), on(b, add), complete(all_done));
    const bool more = co_await round;
    if (!more) break;
  }
  co_return total;
}

template <class Select>
Async<> tournament(const char* name, Select choose) {
  std::array<int, 2> wins{};
  for (int i = 0; i < 10'000; ++i) {
    auto round = choose(ready(), ready());
    const auto winner = co_await round;
    ++wins[winner.index()];
  }
  fmt::print("   {:<14}  first {:>6}  second {:>6}\n", name, wins[0], wins[1]);
}

Async<int> add_two_streams(Ticks left, Ticks right, Instant start) {
  int total = 0;

  auto from_left = [&](int number) {
    total += number;
    say(start, fmt::format("left   {}   total {:>2}", number, total));
    return true;
  };
  auto from_right = [&](int number) {
    total += number;
    say(start, fmt::format("right  {}   total {:>2}", number, total));
    return true;
  };
  auto all_done = [] { return false; };

  for (;;) {
    auto round = select(on(select_next_some(left), from_left),
                        on(select_next_some(right), from_right), complete(all_done));
    const bool more = co_await round;
    if (!more) break;
  }
  co_return total;
}

Async<std::string> mirror(std::string name, Duration takes, bool broken) {
  co_await sleep(takes);
  if (broken) throw std::runtime_error(name + " is broken");
  co_return name;
}

Async<> mirrors(Instant start) {
  try {
    auto any = race(mirror("Oslo", 10ms, true), mirror("Rome", 30ms, false));
    std::string answer = co_await any;
    say(start, answer);
  } catch (const std::runtime_error& error) {
    say(start, fmt::format("race:    {}", error.what()));
  }
  auto any = race_ok(mirror("Oslo", 10ms, true), mirror("Rome", 30ms, false));
  std::string answer = co_await any;
  say(start, fmt::format("race_ok: {} answers", answer));
  try {
    auto none = race_ok(mirror("Oslo", 10ms, true), mirror("Bern", 5ms, true));
    co_await none;
  } catch (const AllFailed& error) {
    say(start, error.what());
  }
}

// ---- the traps ------------------------------------------------------------

Async<> forgets_complete() {
  auto a = fuse(ready(4));
  auto b = fuse(ready(6));
  int total = 0;
  auto add = [&](int value) { total += value; };
  for (;;) {
    auto round = select(on(a, add), on(b, add));
    co_await round;
    fmt::print("   total {}\n", total);
  }
}

Async<> asks_again() {
  auto once = ready(4);
  auto print = [](int value) { fmt::print("   it gives {}\n", value); };
  auto pause = [] {};
  for (;;) {
    auto round = select(on(once, print), on(sleep(1ms), pause));
    co_await round;
  }
}

Async<> awaits_an_ended_fuse() {
  auto fused = fuse(ready(4));
  int value = co_await fused;
  fmt::print("   it gives {}, and once more:\n", value);
  co_await fused;
}

/// Handles messages until it is told to stop, which it is from the beginning.
template <class Select>
Async<> until_stopped(const char* name, Select choose) {
  auto stop = fuse(ready());
  int messages = 0;
  auto on_message = [&] {
    ++messages;
    return true;
  };
  auto on_stop = [] { return false; };
  bool more = true;
  while (more && messages < 10'000) {
    auto round = choose(on(ready(), on_message), on(stop, on_stop));
    more = co_await round;
  }
  fmt::print("   {:<14} messages handled {:>6}, {}\n", name, messages,
             more ? "the stop not heard" : "stopped");
}

Async<> starves() {
  co_await until_stopped("select", select);
  co_await until_stopped("select_biased", select_biased);
}

void walk_into(const std::string& trap, const ExecutorOptions& options) {
  fmt::print("Into the trap: {}.\n", trap);
  if (trap == "no-complete") block_on(forgets_complete(), options);
  if (trap == "asked-again") block_on(asks_again(), options);
  if (trap == "ended-fuse") block_on(awaits_an_ended_fuse(), options);
  if (trap == "starving") block_on(starves(), options);
}

// ---- the story ------------------------------------------------------------

/// One part: `make` is given the time at which it begins.
template <class Make>
void part(const char* title, const ExecutorOptions& options, Make make) {
  fmt::print("\n{}\n", title);
  Executor executor(options);
  trace::name_next(title);
  executor.block_on(make(executor.reactor().now()));
}

Async<> counting(Instant) {
  int total = co_await count();
  fmt::print("   complete: {}\n", total);
}

Async<> choosing(Instant) {
  co_await tournament("select", select);
  co_await tournament("select_biased", select_biased);
}

Async<> adding(Instant start) {
  int total = co_await add_two_streams(Ticks(20ms, 3), Ticks(30ms, 4), start);
  fmt::print("   complete: {}\n", total);
}

void tell(Args& args) {
  const ExecutorOptions options{.time = args.time_mode(), .seed = args.seed()};
  if (const auto trap = args.get<std::string>("trap"); trap != "none") {
    return walk_into(trap, options);
  }
  fmt::print("The first of several.\n");
  part("1. Two tasks race: the loser is dropped.", options, race_tasks);
  part("2. The same with borrowed tasks: the loser goes on.", options, race_and_wait);
  part("3. A loop that counts to ten.", options, counting);
  part("4. Two that are always ready, 10,000 times.", options, choosing);
  part("5. Two streams are added.", options, adding);
  part("6. The first mirror to answer, and the first that works.", options, mirrors);
  part("7. The run loop: a new number restarts the run.", options, newest_run_only);
  part("8. The run loop: a new number adds a run.", options, every_run);
  part("9. A read that is made anew each round.", options, read_made_anew);
  part("10. The same read, made once and borrowed.", options, read_borrowed);
}

}  // namespace
}  // namespace book::story

int main(int argc, char** argv) {
  namespace option = book::option;
  return book::chapter_main(
      {.name = "08_select",
       .summary = "the first of several futures, and what becomes of the others",
       .options = {option::choice("trap",
                                  {"none", "no-complete", "asked-again", "ended-fuse", "starving"},
                                  "instead, make one of the mistakes that the README tells of")}},
      argc, argv, book::story::tell);
}

// Tasks of your own: how to spawn, join and cancel them, what becomes of their exceptions and of
// their clean-up, and how a program of many tasks ends. README.md walks through it.
#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>

#include "02_timer_future/sleep.h"
#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "05_async_await/yield_now.h"
#include "10_spawning/spawn.h"
#include "10_spawning/story/clean_up.h"
#include "10_spawning/story/families.h"
#include "10_spawning/story/four_ways.h"
#include "10_spawning/story/lamp.h"
#include "10_spawning/story/shutdown.h"
#include "10_spawning/timeout.h"
#include "common/program/chapter.h"
#include "common/program/narrator.h"
#include "common/trace.h"

namespace book::story {
namespace {

using namespace std::chrono_literals;

Async<> greet(std::string word, Instant start) {
  co_await sleep(100ms);
  say(start, word);
}

Async<> race_of_words(Instant start) {
  JoinHandle<void> hello = spawn(greet("hello", start));
  JoinHandle<void> world = spawn(greet("world", start));
  say(start, "both are spawned, neither has begun");
  co_await hello;
  co_await world;
  say(start, "!");
}

Async<> one_after_the_other(Instant start) {
  co_await spawn(greet("hello", start));
  co_await spawn(greet("world", start));
  say(start, "!");
}

Async<int> count_votes() {
  co_await sleep(50ms);
  throw std::runtime_error("a ballot box is missing");
}

Async<> await_the_failure(Instant start) {
  JoinHandle<int> counting = spawn(count_votes());
  co_await sleep(100ms);
  say(start, counting.is_finished() ? "it has ended, nobody has asked how" : "it runs");
  try {
    const int votes = co_await counting;
    say(start, fmt::format("{} votes", votes));
  } catch (const std::runtime_error& error) {
    say(start, fmt::format("caught: {}", error.what()));
  }
}

Async<> detach_the_failure(Instant start) {
  spawn(count_votes());  // the handle is dropped: the task is detached
  co_await sleep(100ms);
  say(start, "nothing to catch; stderr has a line about it");
}

// ---- the traps ------------------------------------------------------------

Async<> forgets_to_wait(Instant start) {
  spawn(read_book(start));
  co_await sleep(150ms);
  say(start, "the main future ends");
}

/// Two banks. What is under way belongs to neither.
struct Money {
  int ours = 100;
  int theirs = 0;
};

Async<> transfer(Money& money, int amount) {
  money.ours -= amount;
  co_await sleep(100ms);  // the message to the other bank
  money.theirs += amount;
}

Async<> loses_money(Instant start) {
  Money money;
  {
    auto hurried = timeout(50ms, transfer(money, 30));
    co_await hurried;
    say(start, fmt::format("owned by the timeout: {} here, {} there", money.ours, money.theirs));
  }
  money = {};
  JoinHandle<void> transferring = spawn(transfer(money, 30));
  auto hurried = timeout(50ms, transferring);  // borrowed, and a handle besides
  co_await hurried;
  say(start, fmt::format("a task of its own:    {} here, {} there", money.ours, money.theirs));
  co_await transferring;
  say(start, fmt::format("and a moment later:   {} here, {} there", money.ours, money.theirs));
}

Async<int> compute(int& steps, bool yields) {
  while (steps < 1'000'000) {
    ++steps;
    if (yields && steps % 1000 == 0) co_await yield_now();
  }
  co_return steps;
}

Async<> with_no_time(const char* who, bool yields) {
  int steps = 0;
  auto at_once = timeout(0ms, compute(steps, yields));
  const std::optional<int> done = co_await at_once;
  fmt::print("   {:<20} {:>9} steps, {}\n", who, steps, done ? "to the end" : "then cancelled");
}

Async<> is_deaf(Instant) {
  co_await with_no_time("never awaits", false);
  co_await with_no_time("yields now and then", true);
}

Async<> joins_twice(Instant) {
  JoinHandle<void> pause = spawn(sleep(10ms));
  co_await pause;
  co_await pause;
}

Async<> awaits_the_aborted(Instant) {
  JoinHandle<void> pause = spawn(sleep(10ms));
  pause.abort();
  co_await pause;
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

void walk_into(const std::string& trap, const ExecutorOptions& options) {
  fmt::print("Into the trap: {}.\n", trap);
  Executor executor(options);
  const Instant start = executor.reactor().now();
  if (trap == "no-join") executor.block_on(forgets_to_wait(start));
  if (trap == "half-way") executor.block_on(loses_money(start));
  if (trap == "deaf") executor.block_on(is_deaf(start));
  if (trap == "joined-twice") executor.block_on(joins_twice(start));
  if (trap == "aborted") executor.block_on(awaits_the_aborted(start));
}

void tell(Args& args) {
  const ExecutorOptions options{.time = args.time_mode(), .seed = args.seed()};
  if (const auto trap = args.get<std::string>("trap"); trap != "none") {
    return walk_into(trap, options);
  }
  fmt::print("Tasks of your own.\n");
  part("1. Hello and world race, and are joined.", options, race_of_words);
  part("2. Each is awaited where it is spawned: no race.", options, one_after_the_other);
  part("3. Cancelled by dropping the future.", options, cancel_by_dropping);
  part("4. Cancelled by abort().", options, cancel_by_abort);
  part("5. Cancelled by a token.", options, cancel_by_token);
  part("6. Cancelled by a time-out.", options, cancel_by_timeout);
  part("7. A task throws, and is awaited.", options, await_the_failure);
  part("8. A task throws, and nobody waits for it.", options, detach_the_failure);
  part("9. Clean-up that waits: behind the await, where it never runs.", options,
       clean_up_behind_the_await);
  part("10. Clean-up that waits: after the catch.", options, clean_up_after_catch);
  part("11. Clean-up that waits: after the token.", options, clean_up_after_token);
  part("12. Clean-up that waits: by a caretaker.", options, clean_up_by_a_caretaker);
  part("13. No child outlives its scope.", options, count_in_a_scope);
  part("14. A scope in which one child throws.", options, fail_in_a_scope);
  part("15. A set of tasks, as they end.", options, take_as_they_end);
  part("16. A family of tokens.", options, cancel_a_branch);
  part("17. A server closes.", options, shut_down_gracefully);
}

}  // namespace
}  // namespace book::story

int main(int argc, char** argv) {
  namespace option = book::option;
  return book::chapter_main(
      {.name = "10_spawning",
       .summary = "tasks: spawned, joined, cancelled, cleaned up after, shut down",
       .options = {option::choice(
           "trap", {"none", "no-join", "half-way", "deaf", "joined-twice", "aborted"},
           "instead, make one of the mistakes that the README tells of")}},
      argc, argv, book::story::tell);
}

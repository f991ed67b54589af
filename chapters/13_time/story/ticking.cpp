#include "13_time/story/ticking.h"

#include <fmt/format.h>

#include <chrono>
#include <string>

#include "02_timer_future/sleep.h"
#include "common/program/narrator.h"

namespace book::story {
namespace {

using namespace std::chrono_literals;

constexpr auto kCharacter = 25ms;

std::size_t column(Instant start) {
  const Duration passed = Reactor::current().now() - start;
  return static_cast<std::size_t>((passed + kCharacter / 2) / kCharacter);
}

Async<> work() { co_await sleep(3ms); }

void report(const char* name, int beats, Duration behind) {
  fmt::print("   {:<26} {:>6} beats, the last of them {:>7} ms behind\n", name, beats,
             behind / 1ms);
}

}  // namespace

Async<> slow_consumer(const char* name, MissedTicks missed) {
  const Instant start = Reactor::current().now();
  auto ticks = interval(100ms, missed);
  std::string line, due_after_the_stall;
  for (int count = 1;; ++count) {
    auto due = co_await next(ticks);
    const std::size_t now = column(start);
    if (now > 36) break;
    line.resize(now, ' ');
    line += '#';
    if (count > 3) due_after_the_stall += fmt::format(" {}", (*due - start) / 1ms);
    const Duration busy = count == 3 ? 350ms : 25ms;
    co_await sleep(busy);
    line.resize(column(start), '-');
  }
  fmt::print("   {:<7}{:<39}due at{}\n", name, line, due_after_the_stall);
}

Async<> beats_by_sleeping() {
  const Instant start = Reactor::current().now();
  const Instant end = start + 1h;
  int beats = 0;
  Duration behind{};
  while (Reactor::current().now() < end) {
    behind = Reactor::current().now() - (start + beats * 100ms);
    ++beats;
    co_await work();
    co_await sleep(100ms);  // from now, whatever the time is
  }
  report("sleep(100ms) in a loop", beats, behind);
}

Async<> beats_by_interval() {
  const Instant start = Reactor::current().now();
  const Instant end = start + 1h;
  int beats = 0;
  Duration behind{};
  auto ticks = interval(100ms);
  for (;;) {
    auto due = co_await next(ticks);
    if (*due >= end) break;
    behind = Reactor::current().now() - (start + beats * 100ms);
    ++beats;
    co_await work();
  }
  report("interval(100ms)", beats, behind);
}

Async<> heartbeat_after_a_stall(const char* name, MissedTicks missed) {
  auto ticks = interval(1s, missed);
  co_await next(ticks);
  co_await sleep(1h);  // the lid is shut, or somebody blocks the thread
  const Instant woken = Reactor::current().now();
  int pings = 0;
  for (;;) {
    co_await next(ticks);
    if (Reactor::current().now() > woken) break;
    ++pings;
  }
  fmt::print("   {:<7}pings at the same instant: {}\n", name, pings);
}

}  // namespace book::story
